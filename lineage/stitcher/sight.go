package stitcher

import (
	"slices"
	"time"
	"unique"

	"throughline/lineage"
)

// sight is an object that an execution names and nothing has come of, and its earliest
// event that does.
type sight struct {
	object  *lineage.Object
	aliases []lineage.Object
	by      *lineage.Event // nil: none of its events does
	at      time.Time
}

// sights are those of the execution that is looked at.
type sights struct{ found []sight }

// fewSights are looked through one by one: faster than a map, and nothing to be made.
const fewSights = 8

// of looks at an execution. What it returns is right until forget.
func (s *sights) of(x *lineage.Execution) []sight {
	if x == nil {
		return nil
	}
	for i := range x.Members {
		if m := &x.Members[i]; m.Placeholder {
			s.found = append(s.found, sight{object: &m.Object, aliases: m.Aliases})
		}
	}
	if len(s.found) == 0 {
		return nil
	}
	find := s.find
	if len(s.found) > fewSights {
		find = s.many()
	}
	for _, e := range x.Events {
		at := e.Happened()
		if at.IsZero() {
			continue
		}
		for i := range e.Refs {
			find(&e.Refs[i].Object).note(e, at)
		}
		for i := range e.Relations {
			find(&e.Relations[i].From).note(e, at)
			find(&e.Relations[i].To).note(e, at)
		}
	}
	return s.found
}

// forget lets the execution go that was looked at.
func (s *sights) forget() {
	clear(s.found)
	s.found = s.found[:0]
}

func (s *sights) find(o *lineage.Object) *sight {
	for i := range s.found {
		if t := &s.found[i]; *t.object == *o || slices.Contains(t.aliases, *o) {
			return t
		}
	}
	return nil
}

func (s *sights) many() func(*lineage.Object) *sight {
	of := make(map[lineage.Object]*sight, len(s.found))
	for i := range s.found {
		t := &s.found[i]
		of[*t.object] = t
		for _, alias := range t.aliases {
			of[alias] = t
		}
	}
	return func(o *lineage.Object) *sight { return of[*o] }
}

func (s *sight) note(e *lineage.Event, at time.Time) {
	if s != nil && (s.by == nil || at.Before(s.at)) {
		s.by, s.at = e, at
	}
}

// naming makes of it one of an execution.
func (s *sight) naming(w *waiting) *naming {
	t := told{flow: w.name.of.Value().flow}
	n := &naming{in: w, instant: instantOf(s.at)}
	if s.by != nil {
		t.kind, t.source, t.typ, n.id = s.by.Kind, s.by.Source, s.by.Type, s.by.ID
	}
	n.told = unique.Make(t)
	return n
}

// says tells whether a naming is still what is seen.
func (n *naming) says(s *sight) bool {
	if s.by == nil || n.instant != instantOf(s.at) {
		return s.by == nil && !n.known()
	}
	t := n.told.Value()
	return n.id == s.by.ID && t.kind == s.by.Kind && t.source == s.by.Source && t.typ == s.by.Type
}

func (n *naming) cited() lineage.Cited {
	t := n.told.Value()
	return lineage.Cited{Evidence: lineage.Evidence{Kind: t.kind, Source: t.source, ID: n.id}, Type: t.typ, Time: n.time()}
}
