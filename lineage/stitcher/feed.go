package stitcher

import (
	"cmp"
	"context"
	"slices"
	"time"

	"throughline/lineage"
)

// maxDeferred is how many events wait at most for what they touch while the store, which
// has it, is away. Then the feed waits.
const maxDeferred = 20_000

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
	if err := s.takeTurn(ctx, op); err != nil {
		return err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.deferred) > maxDeferred && s.admit(ctx) != nil {
		s.mu.Unlock()
		err := pause(ctx, time.Second)
		s.mu.Lock()
		if err != nil {
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
	err := s.inquire(ctx, s.resident(), func() {
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

// admit adds the events that waited.
func (s *Stitcher) admit(ctx context.Context) error {
	if len(s.deferred) == 0 {
		return nil
	}
	err := s.inquire(ctx, s.resident(), func() {
		for i := range s.deferred {
			s.graph.Want(&s.deferred[i].event)
		}
	})
	if err != nil {
		return err
	}
	for i := range s.deferred {
		s.add(&s.deferred[i].event)
	}
	s.deferred, s.dirty = nil, true
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

// catchUp brings the executions up to date, and tells the subscribers.
func (s *Stitcher) catchUp(ctx context.Context) {
	if s.takeTurn(ctx, "recompute") != nil {
		return
	}
	s.mu.Lock()
	_ = s.admit(ctx)             // what cannot be added waits
	changed, _ := s.bringUp(ctx) // what fails is tried again
	s.mu.Unlock()
	s.endTurn()
	s.announce(changed)
}

// announce tells the subscribers which executions have changed.
func (s *Stitcher) announce(changed []lineage.ExecutionRef) {
	if len(changed) > 0 {
		s.hub.publish(lineage.Change{Tenant: s.cfg.Tenant, Executions: changed})
	}
}

// bringUp brings the executions up to date, as far as the store lets it, and returns
// those that changed. The caller has the turn and the lock.
func (s *Stitcher) bringUp(ctx context.Context) (changed []lineage.ExecutionRef, err error) {
	if !s.dirty {
		return nil, nil
	}
	began := time.Now()
	m := s.resident()
	err = s.completely(ctx, m, func() { s.due = merge(s.due, s.graph.Recompute()) })
	if err == nil {
		changed, err = s.showDue(ctx, m)
	}
	s.metrics.recomputed.Add(float64(len(changed)))
	s.metrics.duration.Observe(time.Since(began).Seconds())
	if err != nil {
		s.deps.Log.Warn("executions wait for what the store has of them", "executions", len(s.due), "error", err)
		return changed, err
	}
	s.deps.Listener.Through(s.fed)
	clashes := s.graph.TakeClashes()
	s.clashes = append(s.clashes, clashes...)
	s.dirty, s.computed = false, s.fed
	s.held.look()
	if s.decisions.settle(s.graph) {
		s.inspectNow()
	}
	s.metrics.resident.Set(float64(s.graph.Len()))
	s.metrics.clashes.Add(float64(len(clashes)))
	return changed, nil
}

// showDue shows the executions that are due, as they are now.
func (s *Stitcher) showDue(ctx context.Context, m memory) (shown []lineage.ExecutionRef, err error) {
	for len(s.due) > 0 {
		refs := s.due[:min(len(s.due), shownAtOnce)]
		views, err := s.views(ctx, m, s.board, refs)
		if err != nil {
			return shown, err
		}
		for i, ref := range refs {
			s.unsaved.show(ref, views[i].x)
			s.show(s.board, s.absences, ref, views[i].x, s.top)
		}
		shown, s.due = append(shown, refs...), s.due[len(refs):]
	}
	s.due = nil
	return shown, nil
}

// shownAtOnce bounds the executions that are written out together.
const shownAtOnce = 2_000

// views writes executions out for a board, which gets back what it has dropped of them.
func (s *Stitcher) views(ctx context.Context, m memory, b *board, refs []lineage.ExecutionRef) ([]view, error) {
	views := make([]view, len(refs))
	err := s.fill(ctx, m, refs, views)
	dropped := b.dropped(refs)
	if err != nil || len(dropped) == 0 {
		return views, err
	}
	m.free()
	summaries, err := s.deps.Store.Summaries(ctx, s.cfg.Tenant, dropped)
	m.hold()
	if err != nil {
		s.metrics.failures.Inc()
		return nil, err
	}
	b.back(summaries)
	return views, nil
}

// fill writes out those executions that were not shown.
func (s *Stitcher) fill(ctx context.Context, m memory, refs []lineage.ExecutionRef, views []view) error {
	return s.inquire(ctx, m, func() {
		for i, ref := range refs {
			if v := &views[i]; !v.shown {
				v.shown = m.graph.Sure(func() { v.x = m.graph.Execution(ref) })
			}
		}
	})
}

// merge puts two lists of executions together.
func merge(a, b []lineage.ExecutionRef) []lineage.ExecutionRef {
	if len(a) == 0 {
		return b
	}
	all := append(slices.Clone(a), b...)
	slices.SortFunc(all, compareRefs)
	return slices.Compact(all)
}

func compareRefs(a, b lineage.ExecutionRef) int {
	return cmp.Or(cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
}
