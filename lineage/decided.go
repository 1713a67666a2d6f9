package lineage

import (
	"slices"
	"time"
)

// Decided is a decision as the ledger has it.
type Decided struct {
	Decision
	Stands  bool   // it is in force
	Undone  string // id of the decision that revokes it, or that came after it about the same thing; "" while it stands
	Pending bool   // it is durable, and not in force yet
}

// SameMatter tells whether two decisions are about the same thing, so that the later
// of them holds. What revokes another is about that one, and what puts a catalogue in
// force about that catalogue: to put the next one in force is no decision taken again.
func (d *Decision) SameMatter(e *Decision) bool {
	if d.Kind == DecideRevoke || e.Kind == DecideRevoke {
		return d.Kind == e.Kind && d.Revokes == e.Revokes
	}
	return d.about() == e.about() && d.Catalogue == e.Catalogue
}

// Settle returns decisions in the order of (At, ID), each with whether it stands and
// what has undone it. Those that Standing returns stand, and what revokes in force.
func Settle(all []Decision) []Decided {
	ordered := slices.Clone(all)
	slices.SortFunc(ordered, Decision.compare)
	settled := make([]Decided, len(ordered))
	revokedBy := make(map[string]string)
	heldBy := make(map[about]string)
	for i, d := range slices.Backward(ordered) {
		settled[i] = Decided{Decision: d, Undone: revokedBy[d.ID]}
		switch {
		case settled[i].Undone != "":
		case d.Kind == DecideRevoke:
			revokedBy[d.Revokes] = d.ID
		default:
			if settled[i].Undone = heldBy[d.about()]; settled[i].Undone == "" {
				heldBy[d.about()] = d.ID
			}
		}
		settled[i].Stands = settled[i].Undone == ""
	}
	return settled
}

// Forecast is what a decision would change.
type Forecast struct {
	Decision Decision // as it would be taken
	Total    int      // executions that would change, among those that were looked at
	Unseen   int      // executions that may change and were not looked at: they are too many
	Changes  []Preview
}

// HeldBack is an object through which no lineage is taken, and since when.
type HeldBack struct {
	Finding
	Since    time.Time // when it was noticed
	Decision Decision  // that holds it back; zero: a guard does
}

// Case is what people and the rules have made of one object, beside its lineage.
type Case struct {
	Held     *HeldBack   // nil: it is not held back
	Possible [][2]Object // equalities of it that were refused: one of its ids, and what that may be the same as
	Decided  []Decided   // what was decided about any of its ids, newest first
}

// Absent is an object that is named and has no event of its own.
type Absent struct {
	Object Object
	Since  time.Time      // when it was named first; zero: no event that is at hand says so
	By     Cited          // what named it first; Time is Since
	In     []ExecutionRef // the first MaxAbsentIn that await it
	More   int            // others that do, as far as is known
}

// MaxAbsentIn is how many executions are listed that await one object.
const MaxAbsentIn = 100

// AbsentQuery asks for a page of what is named and has no event of its own, the
// longest awaited first.
type AbsentQuery struct {
	Tenant string
	Type   string // empty: any
	Flow   string // empty: every flow but "transaction"
	Limit  int    // 1 to 1000
	Cursor string // of the page before; empty for the first
}

// AbsentPage is one page of them. Next is empty on the last one.
type AbsentPage struct {
	Absent []Absent
	Total  int // on all pages
	More   int // of any type and flow, what is left out of the list: only so much is kept, of the longest awaited; an estimate
	Next   string
}
