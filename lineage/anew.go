package lineage

import "slices"

// Remap takes an event anew that another catalogue maps otherwise: what follows from the
// graph is, after Recompute, as if the event had come so in the first place. One that is
// not known is added, and so is another content under an identity that is, by the rule of
// Clash.
func (g *Graph) Remap(e *Event) {
	at, known := g.eventNumber(e.Source, e.ID)
	if !known {
		g.Add(e)
		return
	}
	if g.read(at).hash != e.Hash {
		g.Add(e)
		return
	}
	if !g.rulings.rejected[eventID{e.Source, e.ID}] {
		g.detach(at)
	}
	old := g.events[at]
	g.enter(at, e)
	g.slab.release(old)
}

// Unread is an event that its contract does not take any more: it names nothing, and
// keeps its identity, so that it is mapped anew when one takes it again.
func (e *Event) Unread() Event {
	return Event{
		Tenant: e.Tenant, Source: e.Source, ID: e.ID, Kind: e.Kind, Type: e.Type, Time: e.Time, Recorded: e.Recorded, Ingested: e.Ingested,
		Payload: e.Payload, Envelope: e.Envelope, Hash: e.Hash,
	}
}

// TakeMapping takes over from another event what a catalogue reads in one.
func (e *Event) TakeMapping(now *Event) {
	e.Stage, e.Outcome, e.Attempt, e.Answer, e.Amount = now.Stage, now.Outcome, now.Attempt, now.Answer, now.Amount
	e.Reason, e.Contract = now.Reason, now.Contract
	e.correlate(now.Correlation)
	e.Refs, e.Relations, e.Equalities = now.Refs, now.Relations, now.Equalities
}

// SameMapping tells whether a catalogue reads the same in two events.
func (e *Event) SameMapping(f *Event) bool {
	return e.Stage == f.Stage && e.Outcome == f.Outcome && e.Attempt == f.Attempt && e.Answer == f.Answer && e.Amount == f.Amount &&
		e.Reason == f.Reason && e.Correlation == f.Correlation && e.Contract == f.Contract &&
		slices.Equal(e.Refs, f.Refs) && slices.Equal(e.Relations, f.Relations) && slices.Equal(e.Equalities, f.Equalities)
}
