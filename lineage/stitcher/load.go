package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// load rebuilds the graph from the stored events, trying again for as long as
// the store is away. Executions of blocks past the checkpoint count as unsaved.
// It returns false when ctx ends first.
func (s *Stitcher) load(ctx context.Context) bool {
	wait := 100 * time.Millisecond
	for {
		err := s.tryLoad(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.metrics.failures.Inc()
		s.deps.Log.Warn("resident state waits for the store", "error", err, "retry_in", wait)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func (s *Stitcher) tryLoad(ctx context.Context) error {
	began := s.deps.Now()
	graph := lineage.NewGraph(s.deps.Catalogue, s.cfg.Tenant)
	var late []*lineage.Event // past the checkpoint: their executions may not be stored
	last := s.persisted
	err := s.deps.Store.EventsSince(ctx, s.cfg.Tenant, func(writer string, block uint64, e *lineage.Event) error {
		if writer == s.cfg.Writer && block > s.persisted {
			last = max(last, block)
			kept := *e
			late = append(late, &kept)
			return nil
		}
		graph.Add(e)
		if n := graph.Len(); n%500_000 == 0 && n > 0 {
			s.deps.Log.Info("rebuilding the resident state", "events", n, "took", s.deps.Now().Sub(began))
		}
		return nil
	})
	if err != nil {
		return err
	}
	board := newBoard(s.deps.Catalogue)
	for _, ref := range graph.Recompute() {
		board.put(ref, graph.Execution(ref))
	}
	graph.TakeClashes() // they were set aside before the checkpoint moved
	for _, e := range late {
		graph.Add(e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range graph.Recompute() {
		s.unsaved[ref] = true
		board.put(ref, graph.Execution(ref))
	}
	s.clashes = append(s.clashes, graph.TakeClashes()...)
	s.graph, s.board, s.fed, s.computed = graph, board, last, last
	s.metrics.resident.Set(float64(graph.Len()))
	s.deps.Log.Info("the resident state is whole", "events", graph.Len(), "past_checkpoint", len(late), "took", s.deps.Now().Sub(began))
	return nil
}
