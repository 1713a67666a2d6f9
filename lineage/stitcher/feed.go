package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// maxDeferred is how many events wait at most for what they touch while the store, which
// has it, is away. Then the feed waits.
const maxDeferred = 20_000

// maxAdmitted is how many of them are tried together.
const maxAdmitted = 1000

// deferred is an event that was not added yet: what it touches is in the store.
type deferred struct {
	block uint64
	event lineage.Event
}

// Events takes the events of a block of the journal, in the order of blocks. It
// waits while the graph is being loaded.
func (s *Stitcher) Events(ctx context.Context, block uint64, events []lineage.Event) error {
	const op = "feed stitcher"
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, op, ctx.Err())
	}
	ctx, cancel := s.lasting(ctx)
	defer cancel()
	if err := s.takeTurn(ctx, op); err != nil {
		return err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.deferred) > maxDeferred && s.admit(ctx) != nil {
		if err := s.rest(ctx); err != nil {
			return lineage.E(lineage.Unavailable, op, err)
		}
	}
	s.take(ctx, block, events)
	s.heard.note(events)
	s.metrics.events.Add(float64(len(events)))
	s.top = max(s.top, block)
	s.through()
	s.dirty = true
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

// take adds the events of a block. What touches something that only the store has, and
// the store is away, waits; the rest does not.
func (s *Stitcher) take(ctx context.Context, block uint64, events []lineage.Event) {
	mine := func(e *lineage.Event) bool { return e.Tenant == s.cfg.Tenant && e.Kind != lineage.DecisionEvent }
	err := s.completely(ctx, s.resident(), func() {
		for i := range events {
			if e := &events[i]; mine(e) {
				s.graph.Want(e)
			}
		}
	})
	for i := range events {
		switch e := &events[i]; {
		case e.Tenant != s.cfg.Tenant:
		case e.Kind == lineage.DecisionEvent:
			s.takeDecision(s.graph, e)
		case err == nil || s.graph.Whole(func() { s.graph.Want(e) }):
			s.add(e)
		default:
			s.deferred = append(s.deferred, deferred{block, *e})
		}
	}
	if err != nil && ctx.Err() == nil {
		s.deps.Log.Warn("events wait for what they touch, which only the store has", "events", len(s.deferred), "error", err)
	}
}

// admit adds events that waited, some at a time. Of those that still have to, others are
// tried first the next time, and fewer, so that one that the store cannot answer for does
// not keep all waiting.
func (s *Stitcher) admit(ctx context.Context) error {
	for left := len(s.deferred); left > 0; {
		n := min(left, max(1, s.admitted))
		some := s.deferred[:n]
		err := s.completely(ctx, s.resident(), func() {
			for i := range some {
				s.graph.Want(&some[i].event)
			}
		})
		if err != nil {
			s.admitted = n / 10
			s.deferred = append(s.deferred[n:], some...)
			return err
		}
		for i := range some {
			s.add(&some[i].event)
		}
		s.deferred, s.dirty, s.admitted = s.deferred[n:], true, min(10*n, maxAdmitted)
		left -= n
	}
	s.through()
	return nil
}

// through notes up to which block all has been added.
func (s *Stitcher) through() {
	s.fed = s.top
	for i := range s.deferred {
		s.fed = min(s.fed, s.deferred[i].block-1)
	}
}

// add takes one event into the graph, and counts a try that failed when it is new.
func (s *Stitcher) add(e *lineage.Event) {
	before := s.graph.Len()
	s.graph.Add(e)
	if e.Outcome == lineage.OutcomeRetrying && s.graph.Len() > before {
		s.metrics.retried(e.Stage)
	}
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
