package stitcher

import (
	"context"
	"log/slog"
	"math"
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
		if pause(ctx, wait) != nil {
			return false
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func (s *Stitcher) tryLoad(ctx context.Context) error {
	version, err := s.deps.Store.ExecutionsVersion(ctx, s.cfg.Tenant)
	if err != nil {
		return err
	}
	audited, err := s.deps.Store.Audited(ctx, s.cfg.Tenant)
	if err != nil {
		return err
	}
	heard, err := s.deps.Store.LastHeard(ctx, s.cfg.Tenant, s.deps.Catalogue.Heartbeats())
	if err != nil {
		return err
	}
	total, err := s.deps.Store.EventCount(ctx, s.cfg.Tenant)
	if err != nil {
		return err
	}
	s.total.Store(total)
	s.version = max(s.version, version)
	anew := version > 0 && s.saved.Catalogue != s.deps.Catalogue.Hash()
	retire := s.version + 1
	s.deps.Listener.Anew(s.deps.Catalogue)
	p := s.newReplay(s.deps.Catalogue, s.saved.Block, anew)
	if anew && s.saved.Block == 0 { // the checkpoint is lost: all that is stored is as of all that is
		p.until = math.MaxUint64
	}
	var late, ruled []*lineage.Event // past the checkpoint: what follows from them may not be stored
	last := s.saved.Block
	err = s.deps.Store.EventsSince(ctx, s.cfg.Tenant, func(writer string, block uint64, e *lineage.Event) error {
		if writer == s.cfg.Writer {
			last = max(last, block)
		}
		if writer != s.cfg.Writer || block <= p.until {
			return p.take(ctx, writer, block, e)
		}
		if e.Kind == lineage.DecisionEvent {
			ruled = append(ruled, e)
			return nil
		}
		kept := *e
		late = append(late, &kept)
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.end(ctx); err != nil {
		return err
	}
	p.memory.graph.TakeClashes() // they were set aside before the checkpoint moved
	for _, e := range ruled {
		s.takeDecision(p.memory.graph, e)
	}
	p.writes, p.grows, p.block, p.next = true, true, last, late
	if err := p.end(ctx); err != nil {
		return err
	}
	if !anew && (s.saved.Version > 0 || s.saved.Block == 0) { // what is stored may be ahead of the events that are
		err := s.deps.Store.ExecutionsSince(ctx, s.cfg.Tenant, s.saved.Version, func(ref lineage.ExecutionRef) {
			if _, waits := p.unsaved[ref]; !waits {
				p.unsaved.add(ref)
			}
		})
		if err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.done()
	if anew {
		s.retire, s.written = retire, max(s.written, s.version)
	}
	s.heard.begin(heard, s.deps.Catalogue)
	s.held.begin(audited, s.saved.Catalogue)
	s.graph, s.board, s.absences, s.unsaved = p.memory.graph, p.board, p.absences, p.unsaved
	s.top, s.fed, s.computed = last, last, last
	s.deps.Listener.Through(last)
	s.clashes = append(s.clashes, s.graph.TakeClashes()...)
	s.decisions.settle(s.graph)
	s.inspectNow()
	s.metrics.resident.Set(float64(s.graph.Len()))
	s.deps.Log.Info("the resident state is whole", "events", p.events, "resident", s.graph.Len(), "past_checkpoint", len(late),
		"written_anew", anew, "took", s.deps.Now().Sub(p.began))
	return nil
}
