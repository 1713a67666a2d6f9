package lineage

import (
	"slices"
	"time"
)

// Awaited is an object that an execution names and nothing has come of. By is the earliest
// of its events that name it, at the time when that happened; zero when none tells a time.
type Awaited struct {
	Object Object
	By     Cited
}

// Sights finds what executions await, one after the other, and keeps the room that it takes
// for that. It is not safe for concurrent use.
type Sights struct {
	found   []Awaited
	aliases [][]Object // of each
}

// fewSights are looked through one by one: faster than a map, and nothing to be made.
const fewSights = 8

// Of returns what an execution awaits, in the order of its members. The result is used
// again by the next call, or Forget.
func (s *Sights) Of(x *Execution) []Awaited {
	s.Forget()
	if x == nil {
		return nil
	}
	for i := range x.Members {
		if m := &x.Members[i]; m.Placeholder {
			s.found = append(s.found, Awaited{Object: m.Object})
			s.aliases = append(s.aliases, m.Aliases)
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

// Forget lets the execution go that was looked at.
func (s *Sights) Forget() {
	clear(s.found)
	clear(s.aliases)
	s.found, s.aliases = s.found[:0], s.aliases[:0]
}

func (s *Sights) find(o *Object) *Awaited {
	for i := range s.found {
		if a := &s.found[i]; a.Object == *o || slices.Contains(s.aliases[i], *o) {
			return a
		}
	}
	return nil
}

func (s *Sights) many() func(*Object) *Awaited {
	of := make(map[Object]*Awaited, len(s.found))
	for i := range s.found {
		a := &s.found[i]
		of[a.Object] = a
		for _, alias := range s.aliases[i] {
			of[alias] = a
		}
	}
	return func(o *Object) *Awaited { return of[*o] }
}

func (a *Awaited) note(e *Event, at time.Time) {
	if a != nil && (a.By.Time.IsZero() || at.Before(a.By.Time)) {
		a.By = Cited{Evidence: Evidence{Kind: e.Kind, Source: e.Source, ID: e.ID}, Type: e.Type, Time: at}
	}
}
