package lineage

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// hashOf hashes two texts for a table.
func hashOf(a, b string) uint32 {
	return uint32(xxhash.Sum64String(a)*31 + xxhash.Sum64String(b))
}

// eventNumber returns the number of the event with an identity.
func (g *Graph) eventNumber(source, id string) (int32, bool) {
	word, ok := g.words.by[source]
	if !ok {
		return 0, false
	}
	return g.byID.find(hashOf(source, id), func(at int32) bool {
		b := reader(g.slab.bytes(g.events[at]))
		b.next(recordTime + recordClaims)
		return b.number() == word && string(b.bytes()) == id
	})
}

// lastWithID returns the event that came last under an id, of any source.
func (g *Graph) lastWithID(id string) (int32, bool) {
	return g.byEventID.find(hashOf("", id), func(at int32) bool {
		b := reader(g.slab.bytes(g.events[at]))
		b.next(recordTime + recordClaims)
		b.number()
		return string(b.bytes()) == id
	})
}

// read takes an event's record apart. It is valid until the next read, and until
// the graph is changed.
func (g *Graph) read(at int32) *record {
	g.rec.read(g.slab.bytes(g.events[at]))
	return &g.rec
}

// record fills r with what is kept of an event.
func (g *Graph) record(r *record, e *Event) {
	r.time, r.recorded, r.ingested = e.Time, e.Recorded, e.Ingested
	r.kind, r.hash = e.Kind, e.Hash
	r.source, r.typ, r.stage = g.words.of(e.Source), g.words.of(e.Type), g.words.of(e.Stage)
	r.contract, r.outcome = g.words.of(e.Contract), g.words.of(string(e.Outcome))
	r.attempt, r.answer = max(e.Attempt, 0), max(e.Answer, 0)
	r.amount = g.recordAmount(e.Amount)
	r.id, r.reason = []byte(e.ID), []byte(e.Reason)
	r.correlation, r.trace, r.cause, r.own, r.span = -1, -1, -1, -1, e.SpanID
	if e.Correlation != "" {
		r.correlation = g.claim(claimCorrelation, e.Correlation)
	}
	if !e.TraceID.IsZero() {
		r.trace = g.claim(claimTrace, string(e.TraceID[:]))
	}
	if e.Causation != "" {
		r.cause = g.cause(e.Causation)
	}
	if i, ok := g.claimNumber(claimCause, e.ID); ok && e.Kind == BusinessEvent {
		r.own = i
	}
	r.links = r.links[:0]
	for _, trace := range e.Links {
		r.links = append(r.links, g.claim(claimTrace, string(trace[:])))
	}
	r.refs = r.refs[:0]
	for _, ref := range e.Refs {
		r.refs = append(r.refs, recordRef{g.node(ref.Object), g.words.of(string(ref.Role)), g.recordAmount(ref.Amount)})
	}
	r.relations = r.relations[:0]
	for _, rel := range e.Relations {
		r.relations = append(r.relations, recordRelation{
			g.node(rel.From), g.node(rel.To), g.words.of(rel.Qualifier), g.recordAmount(rel.Amount),
		})
	}
	r.equalities = r.equalities[:0]
	for _, q := range e.Equalities {
		r.equalities = append(r.equalities, recordEquality{g.node(q.A), g.node(q.B), q.Priority})
	}
}

func (g *Graph) recordAmount(m Money) recordAmount {
	return recordAmount{m.Minor, g.words.of(m.Currency)}
}

func (g *Graph) money(m recordAmount) Money {
	return Money{Minor: m.minor, Currency: g.words.names[m.currency]}
}

// event writes out an event as it was taken in, without its payload.
func (g *Graph) event(at int32) *Event {
	r := g.read(at)
	words := g.words.names
	e := &Event{
		Tenant: g.tenant, Source: words[r.source], ID: string(r.id), Kind: r.kind, Type: words[r.typ],
		Time: r.time, Recorded: r.recorded, Ingested: r.ingested, Stage: words[r.stage], Outcome: Outcome(words[r.outcome]),
		Attempt: r.attempt, Reason: string(r.reason), Answer: r.answer, SpanID: r.span,
		Contract: words[r.contract], Hash: r.hash, Amount: g.money(r.amount),
	}
	if r.correlation >= 0 {
		e.Correlation = g.claimValue(r.correlation)
	}
	if r.trace >= 0 {
		copy(e.TraceID[:], g.claimValue(r.trace))
	}
	if r.cause >= 0 {
		e.Causation = g.claimValue(r.cause)
	}
	for _, trace := range r.links {
		e.Links = append(e.Links, TraceID([]byte(g.claimValue(trace))))
	}
	e.Refs = make([]Ref, len(r.refs))
	for i, ref := range r.refs {
		e.Refs[i] = Ref{Object: g.object(ref.node), Role: Role(words[ref.role]), Amount: g.money(ref.amount)}
	}
	for _, rel := range r.relations {
		e.Relations = append(e.Relations, Relation{
			From: g.object(rel.from), To: g.object(rel.to), Qualifier: words[rel.qualifier], Amount: g.money(rel.amount),
		})
	}
	for _, q := range r.equalities {
		e.Equalities = append(e.Equalities, Equality{A: g.object(q.a), B: g.object(q.b), Priority: q.priority})
	}
	return e
}

// clone copies an event so that it holds no memory of the request it came in.
func (e *Event) clone() *Event {
	k := *e
	for _, s := range []*string{
		&k.Tenant, &k.Source, &k.ID, &k.Type, &k.Stage, &k.Reason, &k.Correlation, &k.Causation, &k.Contract, &k.Payload,
		(*string)(&k.Outcome), &k.Amount.Currency,
	} {
		*s = strings.Clone(*s)
	}
	k.Refs, k.Relations, k.Equalities = slices.Clone(e.Refs), slices.Clone(e.Relations), slices.Clone(e.Equalities)
	for i := range k.Refs {
		k.Refs[i].Object = k.Refs[i].Object.clone()
	}
	for i := range k.Relations {
		k.Relations[i].From, k.Relations[i].To = k.Relations[i].From.clone(), k.Relations[i].To.clone()
	}
	for i := range k.Equalities {
		k.Equalities[i].A, k.Equalities[i].B = k.Equalities[i].A.clone(), k.Equalities[i].B.clone()
	}
	return &k
}

func (o Object) clone() Object {
	return Object{
		Type: strings.Clone(o.Type), System: strings.Clone(o.System), Scope: strings.Clone(o.Scope), ID: strings.Clone(o.ID),
	}
}
