package stitcher

import (
	"context"
	"log/slog"
	"time"

	"throughline/lineage"
)

// load rebuilds the graph from the stored events, trying again for as long as
// the store is away. Executions of blocks past the checkpoint count as unsaved,
// and all of them do when another catalogue made those that are stored. It
// returns false when ctx ends first.
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
		level := slog.LevelDebug // an engine that has just been started needs a moment
		if wait >= time.Second {
			level = slog.LevelWarn
		}
		s.deps.Log.Log(ctx, level, "resident state waits for the store", "error", err, "retry_in", wait)
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
	version, err := s.deps.Store.ExecutionsVersion(ctx, s.cfg.Tenant)
	if err != nil {
		return err
	}
	audited, err := s.deps.Store.Audited(ctx, s.cfg.Tenant)
	if err != nil {
		return err
	}
	graph := lineage.NewGraph(s.deps.Catalogue, s.cfg.Tenant)
	saved := s.saved
	var late []*lineage.Event // past the checkpoint: their executions may not be stored
	last := saved.Block
	err = s.deps.Store.EventsSince(ctx, s.cfg.Tenant, func(writer string, block uint64, e *lineage.Event) error {
		if writer == s.cfg.Writer && block > saved.Block {
			last = max(last, block)
			kept := *e
			late = append(late, &kept)
			return nil
		}
		s.enter(graph, e)
		if n := graph.Len(); n%500_000 == 0 && n > 0 {
			s.deps.Log.Info("rebuilding the resident state", "events", n, "took", s.deps.Now().Sub(began))
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = max(s.version, version)
	anew := version > 0 && saved.Catalogue != s.deps.Catalogue.Hash()
	if anew {
		s.retire = s.version + 1
	}
	board := newBoard(s.deps.Catalogue)
	s.absences = newAbsences()
	s.held.begin(audited, saved.Catalogue)
	s.deps.Listener.Anew(s.deps.Catalogue)
	for _, ref := range graph.Recompute() {
		if s.show(board, ref, graph.Execution(ref)); anew {
			s.unsaved.add(ref)
		}
	}
	graph.TakeClashes() // they were set aside before the checkpoint moved
	for _, e := range late {
		s.enter(graph, e)
	}
	for _, ref := range graph.Recompute() {
		s.unsaved.add(ref)
		s.show(board, ref, graph.Execution(ref))
	}
	s.heard.listen(s.deps.Catalogue, graph)
	s.deps.Listener.Through(last)
	s.clashes = append(s.clashes, graph.TakeClashes()...)
	s.graph, s.board, s.fed, s.computed = graph, board, last, last
	s.decisions.settle(graph)
	s.inspectNow()
	s.metrics.resident.Set(float64(graph.Len()))
	s.deps.Log.Info("the resident state is whole", "events", graph.Len(), "past_checkpoint", len(late),
		"written_anew", anew, "took", s.deps.Now().Sub(began))
	return nil
}

// enter takes a stored event, or decision, into a graph.
func (s *Stitcher) enter(g *lineage.Graph, e *lineage.Event) {
	if e.Kind == lineage.DecisionEvent {
		s.takeDecision(g, e)
		return
	}
	g.Add(e)
}
