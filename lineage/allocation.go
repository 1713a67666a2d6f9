package lineage

import (
	"cmp"
	"slices"
	"time"
)

// Allocation is how much of one object's amount goes to the other one of a relation,
// as one event tells it.
type Allocation struct {
	Amount Money // zero: what the event tells cannot be added up
	By     Evidence
	At     time.Time // when it happened, by Event.Happened
}

// Amount returns how much of one object's amount goes to the other, by the latest
// event that tells it; the zero Money when none does.
func (e *Edge) Amount() Money {
	if n := len(e.Allocations); n > 0 {
		return e.Allocations[n-1].Amount
	}
	return Money{}
}

// asOf returns the allocation that held at a moment, or nil.
func (e *Edge) asOf(at time.Time) *Allocation {
	for i := len(e.Allocations) - 1; i >= 0; i-- {
		if !e.Allocations[i].At.After(at) {
			return &e.Allocations[i]
		}
	}
	return nil
}

// statement is what an event says of money on one relation.
type statement struct {
	by     Evidence
	time   time.Time // Event.Time
	at     time.Time // Event.Happened
	failed bool
	amount Money
}

// allocations orders what events say of money on one relation by (time, source, id),
// so that the last one holds, and adds up what one event says under several names of
// the same objects. What a step that failed says of money did not come about, and an
// event that tells no amount takes none away.
func allocations(said []statement) []Allocation {
	said = slices.DeleteFunc(said, func(s statement) bool { return s.failed || s.amount.IsZero() })
	slices.SortStableFunc(said, func(a, b statement) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.by.Source, b.by.Source), cmp.Compare(a.by.ID, b.by.ID))
	})
	var all []Allocation
	for i, s := range said {
		if i > 0 && s.by == said[i-1].by {
			last := &all[len(all)-1]
			last.Amount, _ = last.Amount.Plus(s.amount)
			continue
		}
		all = append(all, Allocation{s.amount, s.by, s.at})
	}
	return all
}

// Elsewhere is an object that a member is related to, nearer to an anchor than
// itself, and that is not of its execution: some of its amount may belong there.
type Elsewhere struct {
	Object Object    // the smallest of them
	Since  time.Time // when the first of them was named; zero: it is not known, so always
}

// asOf tells whether there was such an object at a moment.
func (e Elsewhere) asOf(at time.Time) bool { return !e.Object.IsZero() && !e.Since.After(at) }
