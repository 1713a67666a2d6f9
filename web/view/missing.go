package view

import (
	"net/url"
	"slices"
	"time"

	"throughline/lineage"
)

// Facts are what was found out about an id that somebody misses.
type Facts struct {
	ID    string
	Asked lineage.Object     // whose transaction it is missed in; zero: nobody's
	In    *lineage.Execution // that transaction; nil when nobody's was meant, or when it is not known
	Found []Found            // what goes by the id
	More  int                // things that go by the id beside those

	Suppressed    lineage.Suppressed
	Sightings     lineage.Sought[lineage.Sighting]
	SightingsAway string // why texts were not searched; "" when they were
	Refusals      lineage.Sought[lineage.Quarantined]
	RefusalsAway  string
	Heard         map[string]time.Time // sources that promised a heartbeat, and when each last said anything
	InFlight      int64
}

// Found is one thing that goes by the id, and where it is.
type Found struct {
	lineage.Match
	lineage.Answer
}

// Missing is the page that says why an id is not where it is looked for.
type Missing struct {
	ID       string
	In       Object // the anchor of the transaction that it is missed in; zero: none is known
	Flow     string // of that transaction
	Asked    Object // what the reader came from
	Findings []Finding
	Searched []Reach
}

// Finding is one thing that was found out, and what to do about it.
type Finding struct {
	Kind  string // for scripts
	Badge Badge
	What  string
	Do    string
	Quote string // of a text in which the id stands
	Ways  []Way
}

// Way leads to where a finding can be looked at.
type Way struct{ Text, URL string }

// Reach says where was looked, and how far.
type Reach struct {
	Where string
	How   string
	Whole bool
}

// NewMissing says what the facts come to: what explains best comes first.
func NewMissing(f Facts, l Lore, c Clock) Missing {
	s := &seeker{Facts: f, lore: l, c: c}
	out := Missing{ID: f.ID, Asked: newObject(f.Asked)}
	if f.In != nil {
		out.In, out.Flow = newObject(f.In.Anchor), f.In.Flow
	}
	for _, found := range f.Found {
		s.known(found)
	}
	s.moreOfThem()
	s.possible()
	s.refused()
	s.quarantined()
	s.sighted()
	s.underWay()
	s.silent()
	slices.SortStableFunc(s.findings, func(a, b Finding) int { return weight(a.Kind) - weight(b.Kind) })
	out.Findings, out.Searched = s.findings, s.reach()
	return out
}

// weight orders kinds of findings by how much they explain.
func weight(kind string) int {
	return slices.Index([]string{
		"here", "held_back", "cut", "claim", "elsewhere", "unanchored", "context", "technical", "unranked", "named", "possible_same",
		"quarantine", "text", "refused_value", "more", "in_flight", "silent_source",
	}, kind)
}

// Any tells whether the id itself was found, beside what might explain its absence.
func (m Missing) Any() bool {
	return slices.ContainsFunc(m.Findings, func(f Finding) bool { return f.Kind != "in_flight" && f.Kind != "silent_source" })
}

// MissingURL is the address that says why an id is nowhere.
func MissingURL(id string) string { return withQuery("/missing", url.Values{"id": {id}}) }

// seeker gathers findings.
type seeker struct {
	Facts
	lore     Lore
	c        Clock
	findings []Finding
}

func (s *seeker) add(f Finding) { s.findings = append(s.findings, f) }

// called is an object inside a sentence: "order SO-1".
func called(o lineage.Object) string { return said(spoken(o.Type)) + " " + nameOf(o.ID) }

// wayTo leads to an object's page, or to an execution that it is in.
func wayTo(o lineage.Object) Way { return Way{called(o), ObjectURL(o)} }

func wayInto(flow string, anchor lineage.Object) Way {
	return Way{called(anchor) + ", " + said(flow), ExecutionURL(flow, anchor)}
}
