package main

import (
	"io"
	"log/slog"
	"os"
)

// newLogger writes text for a person at a terminal and JSON for a machine.
func newLogger(w io.Writer, format string) *slog.Logger {
	if logFormat(w, format) == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// logFormat settles auto: text for a person, JSON otherwise.
func logFormat(w io.Writer, format string) string {
	switch {
	case format != "auto":
		return format
	case terminal(w):
		return "text"
	default:
		return "json"
	}
}

// terminal tells whether a person reads what is written.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
