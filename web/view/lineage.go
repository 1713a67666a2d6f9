package view

import (
	"strconv"

	"throughline/lineage"
)

// Lineage is the page of one object: the executions that it is in, and those
// that no anchor reaches.
type Lineage struct {
	Looked     Object
	Executions []Execution
	Unanchored []Execution
	NoClocks   bool // deadlines cannot be read just now
	TraceOnly  bool // a trace whose spans are stored, but that names nothing
}

// NewLineage makes the page of the object looked at from what is known of it.
func NewLineage(looked lineage.Object, a lineage.Answer, l Lore, c Clock) Lineage {
	out := Lineage{Looked: newObject(looked)}
	shared := carriersOf(a.Executions)
	for i, e := range a.Executions {
		x := NewExecution(e, looked, "x"+strconv.Itoa(i+1), l, c)
		shared.tell(&x)
		out.Executions = append(out.Executions, x)
	}
	for i, e := range a.Unanchored {
		out.Unanchored = append(out.Unanchored, NewExecution(e, looked, "u"+strconv.Itoa(i+1), l, c))
	}
	return out
}

// Found tells whether anything is known.
func (l Lineage) Found() bool { return len(l.Executions)+len(l.Unanchored) > 0 }

// Intro says what the page shows, when that is not exactly one execution.
func (l Lineage) Intro() string {
	switch {
	case l.TraceOnly:
		return "Its spans are below. None of them names a business object, so it belongs to no transaction."
	case len(l.Executions) > 1:
		return "This " + l.Looked.Type + " is part of " + Of(len(l.Executions), "transaction") + "; each follows below."
	case len(l.Executions) == 0 && len(l.Unanchored) > 0:
		return "This " + l.Looked.Type + " was seen, but belongs to no transaction yet."
	default:
		return ""
	}
}
