package main

import (
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"
)

// ink is how a terminal shows a text: an SGR code of ECMA-48, or none.
type ink string

// The inks. They are not the only sign of anything.
const (
	plainInk ink = ""
	boldInk  ink = "1"
	dimInk   ink = "2"
	badInk   ink = "31"
	goodInk  ink = "32"
	warnInk  ink = "33"
	busyInk  ink = "34"
)

// colours tells whether inks are shown: only to a person, and not to one who does not
// want them (no-color.org).
func colours(console Console) bool {
	if value, _ := console.Env("NO_COLOR"); value != "" {
		return false
	}
	term, _ := console.Env("TERM")
	return term != "dumb" && terminal(console.Out)
}

// columns is how wide a terminal is; 0 for what is none.
func columns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !terminal(w) {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

// clean leaves out of what others have written all that a terminal would obey, and
// what turns the direction of writing.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
