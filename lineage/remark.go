package lineage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Remark is what is to be said about one place of a catalogue.
type Remark struct {
	File string
	Line int // from 1; 0 of a definition that was read from no file
	Col  int
	Text string // names the field and the fix

	// Suspect is what works and is hardly meant. Anything else is refused.
	Suspect bool
	// Rule is what is refused although it could be used: a team goes beyond the
	// centre's rules, a contract breaks the compatibility that it promised, or a part of
	// an entry can never do anything.
	Rule bool
}

// String writes file:line:col: text.
func (f Remark) String() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Text)
}

// Compare orders remarks by place, and then by text.
func (f Remark) Compare(g Remark) int {
	return cmp.Or(strings.Compare(f.File, g.File), cmp.Compare(f.Line, g.Line), cmp.Compare(f.Col, g.Col), strings.Compare(f.Text, g.Text))
}

// route leads from an entry of the catalogue to something in it: names, and
// numbers of elements from 0.
type route []any

// String writes a route with points: map.refs.0.id.
func (w route) String() string {
	parts := make([]string, len(w))
	for i, step := range w {
		parts[i] = fmt.Sprint(step)
	}
	return strings.Join(parts, ".")
}

// faults gathers what is wrong with a definition.
type faults struct {
	places map[entry]passage
	found  []Remark
}

// at notes what is wrong with a field of an entry.
func (f *faults) at(e entry, w route, format string, args ...any) {
	f.found = append(f.found, f.places[e].remark(w, e.prefix()+fmt.Sprintf(format, args...)))
}

// rule notes where an entry goes beyond what it may.
func (f *faults) rule(e entry, w route, format string, args ...any) {
	f.at(e, w, format, args...)
	f.found[len(f.found)-1].Rule = true
}

// doubt notes what is hardly meant.
func (f *faults) doubt(e entry, w route, format string, args ...any) {
	f.at(e, w, format, args...)
	f.found[len(f.found)-1].Suspect = true
}

// inOrder returns the remarks by place, each once.
func inOrder(found []Remark) []Remark {
	slices.SortFunc(found, Remark.Compare)
	return slices.CompactFunc(found, func(a, b Remark) bool { return a.Compare(b) == 0 })
}

// usable tells whether a catalogue could be used as it is, whatever rules it breaks.
func usable(found []Remark) bool {
	return !slices.ContainsFunc(found, func(f Remark) bool { return !f.Suspect && !f.Rule })
}

// refusal makes one error of the remarks that are refused, a line each, and nil of
// none.
func refusal(op string, found []Remark) error {
	var errs []error
	for _, f := range found {
		if !f.Suspect {
			errs = append(errs, errors.New(f.String()))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return E(Invalid, op, errors.Join(errs...))
}
