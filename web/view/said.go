package view

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Marks around what others have written inside a sentence of ours. In plain text
// they keep its direction of writing to itself; on a page they become an element
// that does.
const (
	theirs = "\u2068"
	ours   = "\u2069"
)

// said is what others have written, to stand inside a sentence of ours.
func said(text string) string {
	if text == "" {
		return ""
	}
	return theirs + inert(text) + ours
}

// inert leaves out of a text what would end the marks around it.
func inert(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, text)
}

// written puts a text into the page by pieces, so that no blank comes between.
type written struct{ strings.Builder }

func (w *written) isolated(text, whole string) {
	w.WriteString("<bdi")
	if whole != "" {
		w.WriteString(` title="` + templ.EscapeString(whole) + `"`)
	}
	w.WriteString(">" + templ.EscapeString(text) + "</bdi>")
}

func (w *written) component() templ.Component {
	text := w.String()
	return templ.ComponentFunc(func(_ context.Context, to io.Writer) error {
		_, err := io.WriteString(to, text)
		return err
	})
}

// prose is a sentence of ours with what others have said in it.
func prose(sentence string) templ.Component {
	var w written
	for sentence != "" {
		before, rest, some := strings.Cut(sentence, theirs)
		w.WriteString(templ.EscapeString(before))
		if !some {
			break
		}
		var text string
		text, sentence, _ = strings.Cut(rest, ours)
		w.isolated(text, "")
	}
	return w.component()
}

// quote is what others have written, whole, in a cell of its own.
func quote(text string) templ.Component {
	var w written
	if text != "" {
		w.isolated(inert(text), "")
	}
	return w.component()
}

// maxName is how much of an id or a name is shown, in characters. Its title has
// the whole, and so has the button that copies it.
const maxName = 80

// name is an id or a name that others have chosen, cut in its middle when it is
// too long for a row or a heading.
func name(text string) templ.Component {
	var w written
	short, whole := shorten(text, maxName), ""
	if short != text {
		whole = text
	}
	if text != "" {
		w.isolated(inert(short), whole)
	}
	return w.component()
}

// nameOf is an id inside a sentence, cut as in a row.
func nameOf(id string) string { return said(shorten(id, maxName)) }

// brief is the beginning of a reason, for lists; the event has the whole.
func brief(reason string) string {
	if r := []rune(reason); len(r) > maxQuoted {
		return string(r[:maxQuoted-1]) + "…"
	}
	return reason
}
