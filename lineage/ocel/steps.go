package ocel

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"throughline/lineage"
)

// stepped is what is counted of one type of events.
type stepped struct {
	events int
	named  map[string]int     // events that name an object of a type, by lineage's type
	most   map[string]int     // objects of a type in one event
	parts  map[StepRef]bool   // in which parts which types are named
	seen   map[string]objects // objects of a type that have such an event
	waits  []time.Duration    // since what these events are part of began
}

type objects map[string]bool

// steps guesses what the events of a log are about, in the order in which they come.
func steps(l *Log, g *Guess) []Step {
	word := make(map[string]string, len(l.Objects))
	business := make(map[string]bool, len(g.Types))
	have := make(map[string]int)
	for _, o := range l.Objects {
		word[o.ID] = g.Names[o.Type]
		have[word[o.ID]]++
	}
	for _, t := range g.Types {
		business[t.Word] = t.Class == lineage.Business
	}
	began := make(map[string]time.Time)
	counted := make(map[string]*stepped)
	for _, e := range inTime(l) {
		s := counted[e.Type]
		if s == nil {
			s = &stepped{
				named: make(map[string]int), most: make(map[string]int), parts: make(map[StepRef]bool), seen: make(map[string]objects),
			}
			counted[e.Type] = s
		}
		s.count(e, word, business, began)
	}
	var all []Step
	waits := make(map[string]time.Duration)
	ranks := g.Ranks()
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		s := counted[name]
		step := Step{Name: name, Events: s.events, Subject: s.subject(ranks)}
		step.Refs = slices.SortedFunc(maps.Keys(s.parts), func(a, b StepRef) int {
			return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Qualifier, b.Qualifier))
		})
		if step.Subject != "" {
			step.Share = float64(len(s.seen[step.Subject])) / float64(have[step.Subject])
			step.Stage = step.Share >= stageShare && !slices.Contains(g.leaves(), step.Subject)
		}
		slices.Sort(s.waits)
		if len(s.waits) > 0 {
			waits[name] = s.waits[len(s.waits)/2]
		}
		all = append(all, step)
	}
	slices.SortStableFunc(all, func(a, b Step) int { return cmp.Compare(waits[a.Name], waits[b.Name]) })
	return all
}

// inTime returns the events in the order of their times.
func inTime(l *Log) []*Event {
	all := make([]*Event, len(l.Events))
	for i := range l.Events {
		all[i] = &l.Events[i]
	}
	slices.SortFunc(all, func(a, b *Event) int { return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID)) })
	return all
}

// count counts one event. began has when that began which a business object is part
// of: when the first of those was seen that it met, and so on, at its first event.
func (s *stepped) count(e *Event, word map[string]string, business map[string]bool, began map[string]time.Time) {
	s.events++
	in := make(map[string]objects)
	oldest := e.Time
	for _, r := range e.Relationships {
		typ := word[r.ObjectID]
		s.parts[StepRef{Type: typ, Qualifier: r.Qualifier}] = true
		if in[typ] == nil {
			in[typ] = make(objects)
		}
		in[typ][r.ObjectID] = true
		if at, ok := began[r.ObjectID]; ok && at.Before(oldest) {
			oldest = at
		}
	}
	for typ, ids := range in {
		for id := range ids {
			if _, ok := began[id]; !ok && business[typ] {
				began[id] = oldest
			}
		}
	}
	s.waits = append(s.waits, e.Time.Sub(oldest))
	for typ, ids := range in {
		s.named[typ]++
		s.most[typ] = max(s.most[typ], len(ids))
		if s.seen[typ] == nil {
			s.seen[typ] = make(objects)
		}
		maps.Copy(s.seen[typ], ids)
		for id := range ids {
			if lineage.Refused(id) { // lineage takes such an id for none
				s.named[typ]--
				break
			}
		}
	}
}

// subject is the type that every such event names exactly one object of, and of
// several the one furthest down the stream.
func (s *stepped) subject(ranks map[string]int) string {
	best := ""
	for typ, n := range s.named {
		rank, ranked := ranks[typ]
		if !ranked || n != s.events || s.most[typ] != 1 {
			continue
		}
		if best == "" || rank > ranks[best] || rank == ranks[best] && typ < best {
			best = typ
		}
	}
	return best
}
