package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// Reload puts another catalogue in force: every execution is computed anew from
// the events that are held, as they were mapped when they came. Questions and the
// feed wait meanwhile. It waits while the graph is being loaded.
func (s *Stitcher) Reload(ctx context.Context, cat *lineage.Catalogue) error {
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, "reload the catalogue", ctx.Err())
	}
	began := time.Now()
	s.mu.Lock()
	graph, board := lineage.NewGraph(cat, s.cfg.Tenant), newBoard(cat)
	for e := range s.graph.Events() {
		graph.Add(e)
	}
	ruled, _ := s.graph.Decisions()
	for _, d := range ruled {
		graph.Decide(d)
	}
	s.absences = newAbsences()
	s.deps.Listener.Anew(cat)
	changed := s.board.refs() // those that the new catalogue does not make are gone
	for _, ref := range changed {
		s.unsaved.add(ref)
	}
	for _, ref := range graph.Recompute() {
		s.unsaved.add(ref)
		s.show(board, ref, graph.Execution(ref))
		changed = append(changed, ref)
	}
	s.heard.listen(cat, graph)
	s.deps.Listener.Through(s.fed)
	s.clashes = append(s.clashes, s.graph.TakeClashes()...)
	s.catalogue, s.graph, s.board = cat, graph, board
	s.dirty, s.computed = false, s.fed
	s.decisions.settle(graph)
	s.inspectNow()
	s.mu.Unlock()
	s.hub.publish(lineage.Change{Tenant: s.cfg.Tenant, Executions: changed})
	s.deps.Log.Info("executions are computed anew", "catalogue", cat.Hash(), "executions", len(changed), "took", time.Since(began))
	return nil
}
