package logs

import (
	"fmt"
	"slices"
	"time"

	"throughline/lineage"
)

// telling is what a system says at one moment.
type telling struct {
	source string
	typ    string
	kind   lineage.EventKind
	about  *doc             // the document that it is about
	party  lineage.Object   // or the customer, product or employee
	names  []*doc           // the documents that it names
	role   lineage.Role     // in which it names them; empty: mentions
	with   []lineage.Object // customers, products and employees beside
	flow   []step           // what it says of how documents follow from one another
	same   [][2]lineage.Object

	correlation string
	trace       lineage.TraceID
	amount      int64 // of what it is about, in cents
	stage       string
	outcome     lineage.Outcome
	at          time.Time // zero: now

	of     []*doc // whose transactions it tells of, where that is not about's or names'
	nobody bool   // it tells of nobody's, or nobody can know whose
	late   bool   // it arrives when all is over
}

// step says that a document follows from another.
type step struct {
	from, to  *doc
	qualifier string
}

// follows says that a document follows from others.
func follows(d *doc, qualifier string, from ...*doc) []step {
	var steps []step
	for _, f := range from {
		steps = append(steps, step{d, f, qualifier})
	}
	return steps
}

// tell writes an event down and notes whose it is: of the transactions that what it
// is about was made for; when it is about no document, of those of what it names.
func (b *book) tell(t telling) {
	b.now = b.now.Add(time.Duration(b.between(0, 3)) * time.Minute) // several in one minute, now and then
	if t.amount != 0 && !b.now.After(t.about.since) {
		b.now = t.about.since.Add(time.Minute) // of two amounts, one is the last
	}
	e := b.event(t)
	b.note(t, &e)
	wrong, slipped := b.slip(&e)
	if slipped && b.chance(70) {
		b.hand(wrong, false)
		slipped = false
	}
	b.hand(e, t.late)
	if slipped {
		b.hand(wrong, t.late) // a resend of the old one
	}
}

// note enters an event into the book.
func (b *book) note(t telling, e *lineage.Event) {
	id := EventID{e.Source, e.ID}
	of := t.of
	if of == nil && !t.nobody {
		if of = t.names; t.about != nil {
			of = []*doc{t.about}
		}
	}
	for _, x := range dealsOf(of) {
		x.events = append(x.events, id)
	}
	if t.amount != 0 && e.Time.After(t.about.since) {
		t.about.amount, t.about.since = e.Amount, e.Time
	}
	if t.correlation == "" {
		return
	}
	c := b.carried[t.correlation]
	if c == nil {
		c = &carried{}
		b.carried[t.correlation] = c
		if len(b.claims) < 100 {
			b.claims = append(b.claims, t.correlation)
		}
	}
	c.events = append(c.events, id)
	c.docs = append(c.docs, t.names...)
	if t.about != nil {
		c.docs = append(c.docs, t.about)
	}
}

func (b *book) hand(e lineage.Event, late bool) {
	if b.wire != nil {
		e = b.wire.carry(&e)
	}
	if late {
		b.late = append(b.late, e)
		return
	}
	b.take(&e)
}

// name returns the id by which a source calls a document.
func (d *doc) name(source string) lineage.Object {
	for _, id := range d.ids {
		if id.System == source {
			return id
		}
	}
	return d.ids[0]
}

func (b *book) event(t telling) lineage.Event {
	b.hash += 2 // what is told wrong has the one below
	at := t.at
	if at.IsZero() {
		at = b.now
	}
	e := lineage.Event{
		Tenant: Tenant, Source: t.source, ID: fmt.Sprintf("e%05d", b.next("event "+t.source)), Kind: t.kind, Type: t.typ,
		Time: at, Recorded: at.Add(2 * time.Hour), Ingested: b.now.Add(3 * time.Hour),
		Stage: t.stage, Outcome: t.outcome, Correlation: t.correlation, TraceID: t.trace, Hash: b.hash,
	}
	if t.amount != 0 {
		e.Amount = lineage.Money{Minor: t.amount, Currency: "EUR"}
	}
	refer := func(o lineage.Object, role lineage.Role) {
		if !slices.ContainsFunc(e.Refs, func(r lineage.Ref) bool { return r.Object == o }) {
			e.Refs = append(e.Refs, lineage.Ref{Object: o, Role: role})
		}
	}
	switch {
	case t.about != nil:
		refer(t.about.name(t.source), lineage.Subject)
	case !t.party.IsZero():
		refer(t.party, lineage.Subject)
	}
	role := t.role
	if role == "" {
		role = lineage.Mentions
	}
	for _, d := range t.names {
		refer(d.name(t.source), role)
	}
	for _, o := range t.with {
		refer(o, lineage.Mentions)
	}
	for _, s := range t.flow {
		e.Relations = append(e.Relations, lineage.Relation{
			From: s.from.name(t.source), To: s.to.name(t.source), Qualifier: s.qualifier,
		})
	}
	for _, pair := range t.same {
		refer(pair[0], lineage.Alias)
		refer(pair[1], lineage.Alias)
		e.Equalities = append(e.Equalities, lineage.Equality{A: pair[0], B: pair[1]})
	}
	return e
}
