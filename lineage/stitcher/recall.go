package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// What closed executions were made of is not in memory for ever: a graph lets go of it
// and asks for it again (ADR 021). One at a time has the turn to do what may ask. The
// lock is given free while the store is read, so that who asks for what is here need not
// wait; nothing is added to the graph, and nothing let go of, but by who has the turn.

// patience is how long one look into the store may take, which asks for so much at most.
const (
	patience    = 20 * time.Second
	askedAtOnce = 2000
)

func (s *Stitcher) takeTurn(ctx context.Context, op string) error { return enter(ctx, op, s.turns) }

func (s *Stitcher) endTurn() { <-s.turns }

// memory is a graph, and how it gets back what it has let go of.
type memory struct {
	graph      *lineage.Graph
	given      func(*lineage.Stored) bool // whether an event of the store has been given to the graph
	free, hold func()                     // the lock, while the store is read
}

// resident is the graph that is fed. Who uses it has the turn and the lock.
func (s *Stitcher) resident() memory {
	return memory{s.graph, func(e *lineage.Stored) bool { return e.Writer != s.cfg.Writer || e.Block <= s.fed }, s.mu.Unlock, s.mu.Lock}
}

// completely does something with a graph until all that it looked at is here. It may do
// it several times. After an error, which is the store's, it has to be done again.
func (s *Stitcher) completely(ctx context.Context, m memory, do func()) error {
	for {
		if do(); !m.graph.Lacks() {
			return nil
		}
		if err := s.recall(ctx, m); err != nil {
			return err
		}
	}
}

// eager is how many events come back at most with which all that they touch is asked for
// at once: most of it is needed, and every look into the store takes its time.
const eager = 1000

// recall brings back what a graph asks for.
func (s *Stitcher) recall(ctx context.Context, m memory) error {
	for looks := 0; m.graph.Lacks(); looks++ {
		missing := m.graph.TakeMissing()
		m.free()
		found, err := s.fetch(ctx, m.graph, missing)
		m.hold()
		if err != nil {
			m.graph.Dismiss()
			return err
		}
		events := s.given(m, found)
		m.graph.Recall(missing, events)
		if looks == 0 && len(events) <= eager {
			for _, e := range events {
				m.graph.Want(e)
			}
		}
		s.metrics.recalled.Add(float64(len(events)))
	}
	return nil
}

// given picks what was given to a graph, as it was.
func (s *Stitcher) given(m memory, found []lineage.Stored) []*lineage.Event {
	events := make([]*lineage.Event, 0, len(found))
	for i := range found {
		f := &found[i]
		if f.Event.Kind == lineage.DecisionEvent || !m.given(f) {
			continue
		}
		if was, halfway := s.remapping[contentOf(f.Event)]; halfway {
			if was != nil {
				events = append(events, was)
			}
		} else if !f.Refused {
			events = append(events, f.Event)
		}
	}
	return events
}

func (s *Stitcher) fetch(ctx context.Context, g *lineage.Graph, m lineage.Missing) ([]lineage.Stored, error) {
	began := time.Now()
	var all []lineage.Stored
	types := g.Joining()
	for len(m.IDs)+len(m.Claims) > 0 {
		var some lineage.Missing
		n := min(len(m.IDs), askedAtOnce)
		some.IDs, m.IDs = m.IDs[:n], m.IDs[n:]
		n = min(len(m.Claims), askedAtOnce-n)
		some.Claims, m.Claims = m.Claims[:n], m.Claims[n:]
		found, err := s.look(ctx, some, types)
		if err != nil {
			s.metrics.failures.Inc()
			return nil, err
		}
		all = append(all, found...)
	}
	s.metrics.recalls.Observe(time.Since(began).Seconds())
	return all, nil
}

func (s *Stitcher) look(ctx context.Context, m lineage.Missing, types []string) ([]lineage.Stored, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.deps.Store.Evidence(ctx, s.cfg.Tenant, m, types)
}

// ask answers a question about what goes by some ids. Where all that it is about is here,
// it waits for nobody. It may be answered several times; the last time counts.
func (s *Stitcher) ask(ctx context.Context, op string, answer func(), ids ...string) error {
	question := func() {
		for _, id := range ids {
			s.graph.WantID(id)
		}
		answer()
	}
	s.mu.Lock()
	whole := s.graph.Whole(question)
	s.mu.Unlock()
	if whole {
		return nil
	}
	if err := enter(ctx, op, s.questions); err != nil { // so that the feed waits for few of them
		return err
	}
	defer func() { <-s.questions }()
	if err := s.takeTurn(ctx, op); err != nil {
		return err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.completely(ctx, s.resident(), question); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	return nil
}
