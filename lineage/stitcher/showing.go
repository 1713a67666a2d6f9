package stitcher

import (
	"cmp"
	"context"
	"slices"
	"time"

	"throughline/lineage"
)

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
	within, cancel := context.WithTimeout(ctx, patience)
	summaries, err := s.deps.Store.Summaries(within, s.cfg.Tenant, dropped)
	cancel()
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
	return s.completely(ctx, m, func() {
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
