package view

import (
	"slices"
	"strconv"

	"throughline/lineage"
)

// Lineage is the page of one object: the executions that it is in, and those
// that no anchor reaches.
type Lineage struct {
	Looked     Object
	Executions []Execution
	Unanchored []Execution
	Plain      []Execution // by correlation id alone, where another flow tells more
	NoClocks   bool        // deadlines cannot be read just now
	TraceOnly  bool        // a trace whose spans are stored, but that names nothing
	Case       Case        // what was decided of the object looked at
}

// NewLineage makes the page of the object looked at from what is known of it.
func NewLineage(looked lineage.Object, a lineage.Answer, l Lore, c Clock) Lineage {
	out := Lineage{Looked: newObject(looked)}
	shared := carriersOf(a.Executions)
	more := len(a.Unanchored) > 0 || slices.ContainsFunc(a.Executions, func(e *lineage.Execution) bool { return !plainly(e) })
	for i, e := range a.Executions {
		x := NewExecution(e, looked, "x"+strconv.Itoa(i+1), l, c)
		shared.tell(&x)
		x.rejectable(e)
		if more && plainly(e) {
			out.Plain = append(out.Plain, x)
		} else {
			out.Executions = append(out.Executions, x)
		}
	}
	for i, e := range a.Unanchored {
		x := NewExecution(e, looked, "u"+strconv.Itoa(i+1), l, c)
		x.rejectable(e)
		out.Unanchored = append(out.Unanchored, x)
	}
	return out
}

// plainly tells whether an execution is of the built-in flow, which knows no more
// than that events carry the same correlation id.
func plainly(e *lineage.Execution) bool { return e.Flow == lineage.TransactionFlow }

// Found tells whether anything is known.
func (l Lineage) Found() bool { return len(l.Executions)+len(l.Unanchored)+len(l.Plain) > 0 }

// Intro says what the page shows, when that is not exactly one execution: one alone
// says itself where it is.
func (l Lineage) Intro() string {
	switch {
	case l.TraceOnly:
		return "Its spans are below. None of them names a business object, so it belongs to no transaction."
	case l.Case.Held != nil && l.Found():
		return "No transaction takes it in. " + begun(named(len(l.Executions)+len(l.Unanchored)+len(l.Plain))) + " below, whose events name it."
	case len(l.Executions) > 1:
		return "This " + said(spoken(l.Looked.Type)) + " is part of " + Of(len(l.Executions), "transaction") + "; each follows below."
	case len(l.Executions) == 0 && len(l.Unanchored) > 1:
		return "This " + said(spoken(l.Looked.Type)) + " was seen in " + Of(len(l.Unanchored), "place") + " that no anchor reaches; each follows below."
	default:
		return ""
	}
}

// named counts transactions inside a sentence: "1 transaction is", "3 transactions are".
func named(n int) string {
	if n == 1 {
		return "1 transaction is"
	}
	return Of(n, "transaction") + " are"
}

// alone says why nothing relates the objects of an execution.
func alone(objects int) string {
	if objects == 1 {
		return "It is the only object here, so there is nothing to relate."
	}
	return "No event relates these objects to each other; a claim alone joins them."
}
