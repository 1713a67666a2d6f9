package lineage

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// cancels is the qualifier of what takes back a part of another object's amount, such
// as a credit note of an invoice's.
const cancels = "cancels"

// ledger is what the evidence of one execution says of money. Amounts flow along
// relations from an object to those of lower rank, and so to the anchor: from a
// payment to the invoices that it pays, and from these to the order that they bill.
type ledger struct {
	x       *Execution
	base    int // rank of anchors
	members map[Object]int
	amounts [][]dated // by member, by (time, source, id)
	ties    [][]tie   // by member: to members of lower rank, but not before the anchor
	backs   [][]tie   // by member: to what cancels it
	well    []time.Time
}

// dated is an amount that an event tells of its subject.
type dated struct {
	amount Money
	at     time.Time
}

// tie is all relations between two members.
type tie struct {
	to    int
	edges []*Edge
}

// newLedger reads what an execution says of money. Anchors have the rank base.
func newLedger(x *Execution, base int) *ledger {
	l := &ledger{
		x: x, base: base, members: make(map[Object]int, len(x.Members)), amounts: make([][]dated, len(x.Members)),
		ties: make([][]tie, len(x.Members)), backs: make([][]tie, len(x.Members)), well: make([]time.Time, len(x.Members)),
	}
	for i, m := range x.Members {
		l.members[m.Object] = i
		for _, alias := range m.Aliases {
			l.members[alias] = i
		}
	}
	for i := range x.Edges {
		e := &x.Edges[i]
		from, known := l.members[e.From]
		to, both := l.members[e.To]
		if !known || !both || from == to {
			continue
		}
		if e.Qualifier == cancels {
			l.backs[to] = tied(l.backs[to], from, e)
			continue
		}
		if x.Members[from].Rank < x.Members[to].Rank {
			from, to = to, from
		}
		if rank := x.Members[to].Rank; rank >= base && rank < x.Members[from].Rank {
			l.ties[from] = tied(l.ties[from], to, e)
		}
	}
	l.hear()
	return l
}

// tied adds a relation to the tie with a member.
func tied(ties []tie, to int, e *Edge) []tie {
	for i := range ties {
		if ties[i].to == to {
			ties[i].edges = append(ties[i].edges, e)
			return ties
		}
	}
	return append(ties, tie{to, []*Edge{e}})
}

// hear takes from events the amounts of their subjects, and when an event about each
// member first went well. Not all events of a leaf are in an execution, so its amount
// is taken as it stands.
func (l *ledger) hear() {
	for _, e := range l.x.Events {
		i, ok := l.members[e.Subject()]
		if !ok {
			continue
		}
		at := e.Happened()
		if !e.failed() && (l.well[i].IsZero() || at.Before(l.well[i])) {
			l.well[i] = at
		}
		if !e.Amount.IsZero() && !l.x.Members[i].Leaf {
			l.amounts[i] = append(l.amounts[i], dated{e.Amount, at})
			if n := len(l.amounts[i]) - 1; n > 0 && l.amounts[i][n-1].amount == e.Amount && !at.Before(l.amounts[i][n-1].at) {
				l.amounts[i] = l.amounts[i][:n] // it says nothing new
			}
		}
	}
	for i := range l.x.Members {
		if m := &l.x.Members[i]; len(l.amounts[i]) == 0 && !m.Amount.IsZero() {
			l.amounts[i] = []dated{{amount: m.Amount}}
		}
	}
}

// moments returns every moment at which what the ledger says may change.
func (l *ledger) moments() []time.Time {
	var all []time.Time
	for i := range l.x.Members {
		for _, t := range l.amounts[i] {
			all = append(all, t.at)
		}
		all = append(all, l.well[i], l.x.Members[i].Elsewhere.Since)
	}
	for _, e := range l.x.Edges {
		for i, a := range e.Allocations {
			if i == 0 || a.Amount != e.Allocations[i-1].Amount || a.At.Before(e.Allocations[i-1].At) {
				all = append(all, a.At)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// page is a ledger as it stood at one moment.
type page struct {
	*ledger
	at time.Time

	// What was found already, by member.
	alone  map[int]bool
	shares map[int]known
	taken  map[int]known
}

// known is an amount, or why it is not known.
type known struct {
	amount Money
	why    doubt
}

func (l *ledger) open(at time.Time) *page {
	return &page{l, at, make(map[int]bool), make(map[int]known), make(map[int]known)}
}

// amount returns the amount of a member; the zero Money when none was told.
func (p *page) amount(i int) Money {
	all := p.amounts[i]
	for j := len(all) - 1; j >= 0; j-- {
		if !all[j].at.After(p.at) {
			return all[j].amount
		}
	}
	return Money{}
}

// telling returns what the relations of a tie say of amounts, by qualifier. A mention
// says less than any other relation, and counts only alone.
func (p *page) telling(t tie) map[string]Allocation {
	var latest map[string]Allocation
	for _, e := range t.edges {
		a := e.asOf(p.at)
		if a == nil {
			continue
		}
		if old, again := latest[e.Qualifier]; again && !a.after(old) {
			continue
		}
		if latest == nil {
			latest = make(map[string]Allocation, 1)
		}
		latest[e.Qualifier] = *a
	}
	if len(latest) > 1 {
		delete(latest, string(Mentions))
	}
	return latest
}

// allocated returns how much the relations of a tie say goes along it; those of several
// qualifiers add up.
func (p *page) allocated(t tie) Money {
	var sum Money
	latest := p.telling(t)
	for _, qualifier := range slices.Sorted(maps.Keys(latest)) {
		m := latest[qualifier].Amount
		if !sum.IsZero() {
			m, _ = sum.Plus(m)
		}
		if sum = m; sum.IsZero() {
			return Money{}
		}
	}
	return sum
}

// after tells whether an allocation holds over another one of the same relation, told
// the other way round.
func (a Allocation) after(b Allocation) bool {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.By.Source, b.By.Source), cmp.Compare(a.By.ID, b.By.ID)) > 0
}

// whole tells whether all of a member's amount belongs to this execution: neither it
// nor what it belongs to is related to anything nearer to an anchor elsewhere.
func (p *page) whole(i int) bool {
	alone, ok := p.alone[i]
	if !ok {
		alone = !p.x.Members[i].Elsewhere.asOf(p.at) && !slices.ContainsFunc(p.ties[i], func(t tie) bool { return !p.whole(t.to) })
		p.alone[i] = alone
	}
	return alone
}
