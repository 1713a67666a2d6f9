package lineage

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSentence is how much of a reason is kept, in characters. The payload has all.
const maxSentence = 500

// sentence makes a reason fit to stand among our own words, on a page, in a log and
// at somebody's pager: one line, not endless, and without what would change how the
// text around it is read (controls, and the signs that turn its direction).
func sentence(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return ' '
		}
		return r
	}, s[:min(len(s), 4*maxSentence)])
	clean = strings.Join(strings.Fields(clean), " ")
	if utf8.RuneCountInString(clean) <= maxSentence && len(s) <= 4*maxSentence {
		return clean
	}
	runes := []rune(clean)
	return string(runes[:min(len(runes), maxSentence)]) + "…"
}
