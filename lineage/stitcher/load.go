package stitcher

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"throughline/lineage"
)

// load begins with what is stored, trying again for as long as the store is away. Executions of blocks past the checkpoint count as unsaved,
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

// beginning is what a start reads first.
type beginning struct {
	version uint64 // greatest of the stored executions
	total   uint64 // stored events
	audited []lineage.AuditEntry
	heard   map[string]time.Time
	anew    bool // another catalogue made the stored executions, or they do not say all

	// Executions that are stored, and others that were told, as of later than the checkpoint:
	// that may be ahead of the events that are stored.
	doubtful, ahead []lineage.ExecutionRef
}

func (s *Stitcher) beginning(ctx context.Context) (b beginning, err error) {
	store, tenant := s.deps.Store, s.cfg.Tenant
	if b.version, err = store.ExecutionsVersion(ctx, tenant); err != nil {
		return b, err
	}
	if b.audited, err = store.Audited(ctx, tenant); err != nil {
		return b, err
	}
	if b.heard, err = store.LastHeard(ctx, tenant, s.deps.Catalogue.Heartbeats()); err != nil {
		return b, err
	}
	if b.total, err = store.EventCount(ctx, tenant); err != nil {
		return b, err
	}
	if b.ahead, err = s.deps.Listener.Ahead(s.saved.Block); err != nil {
		return b, err
	}
	b.anew = b.version > 0 && (s.saved.Catalogue != s.deps.Catalogue.Hash() || s.saved.Format != format)
	if b.anew || s.saved.Version == 0 && s.saved.Block > 0 {
		return b, nil
	}
	err = store.ExecutionsSince(ctx, tenant, s.saved.Version, func(ref lineage.ExecutionRef) { b.doubtful = append(b.doubtful, ref) })
	return b, err
}

// past is what the store has of our own journal past the checkpoint: what follows from it
// may not be stored.
type past struct {
	late, ruled []*lineage.Event
	last        uint64 // block
}

func (p *past) note(block uint64, e *lineage.Event) {
	p.last = max(p.last, block)
	if e.Kind == lineage.DecisionEvent {
		p.ruled = append(p.ruled, e)
		return
	}
	kept := *e
	p.late = append(p.late, &kept)
}

func (s *Stitcher) tryLoad(ctx context.Context) error {
	b, err := s.beginning(ctx)
	if err != nil {
		return err
	}
	s.total.Store(b.total)
	s.version = max(s.version, b.version)
	retire := s.version + 1
	if b.anew || s.saved.Version == 0 { // by another catalogue, or nothing that was stored here
		s.deps.Listener.Void()
	}
	s.deps.Listener.Anew(s.deps.Catalogue)
	p, past, err := s.upToCheckpoint(ctx, &b)
	if err != nil {
		return err
	}
	p.memory.graph.TakeClashes() // they were set aside before the checkpoint moved
	for _, e := range past.ruled {
		s.takeDecision(p.memory.graph, e)
	}
	p.writes, p.grows, p.block, p.next = true, true, past.last, past.late
	if err := p.end(ctx); err != nil {
		return err
	}
	if err := p.clear(ctx, &b); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.done()
	if b.anew {
		s.retire, s.written = retire, max(s.written, s.version)
	}
	s.heard.begin(b.heard, s.deps.Catalogue)
	s.held.begin(b.audited, s.saved.Catalogue)
	s.graph, s.board, s.absences, s.unsaved = p.memory.graph, p.board, p.absences, p.unsaved
	s.top, s.fed, s.computed = past.last, past.last, past.last
	s.deps.Listener.Through(past.last)
	s.clashes = append(s.clashes, s.graph.TakeClashes()...)
	s.decisions.settle(s.graph)
	s.inspectNow()
	s.metrics.resident.Set(float64(s.graph.Len()))
	s.deps.Log.Info("the resident state is whole", "events", b.total, "resident", s.graph.Len(), "past_checkpoint", len(past.late),
		"left_in_store", p.left, "written_anew", b.anew, "took", s.deps.Now().Sub(p.began))
	return nil
}

// upToCheckpoint reads what is stored, or leaves it in the store.
func (s *Stitcher) upToCheckpoint(ctx context.Context, b *beginning) (*replay, *past, error) {
	if s.leaves(b) {
		tail := &past{last: s.saved.Block}
		p, err := s.leave(ctx, b, tail)
		if !errors.Is(err, errTooMuch) {
			return p, tail, err
		}
	}
	tail := &past{last: s.saved.Block}
	p := s.newReplay(s.deps.Catalogue, s.saved.Block, b.anew)
	if b.anew && s.saved.Block == 0 { // the checkpoint is lost: all that is stored is as of all that is
		p.until = math.MaxUint64
	}
	err := s.deps.Store.EventsSince(ctx, s.cfg.Tenant, func(writer string, block uint64, e *lineage.Event) error {
		if writer == s.cfg.Writer && block > p.until {
			tail.note(block, e)
			return nil
		}
		if writer == s.cfg.Writer {
			tail.last = max(tail.last, block)
		}
		return p.take(ctx, writer, block, e)
	})
	if err == nil {
		err = p.end(ctx)
	}
	return p, tail, err
}

// clear clears up how what is doubtful stands.
func (p *replay) clear(ctx context.Context, b *beginning) error {
	if p.left {
		p.memory.graph.Doubting(false)
		return p.showThese(ctx, merge(b.doubtful, b.ahead))
	}
	for _, ref := range b.doubtful { // it is shown, if it is there
		if _, waits := p.unsaved[ref]; !waits {
			p.unsaved.add(ref)
		}
	}
	for _, ref := range b.ahead {
		if p.board.row(ref) == nil {
			p.s.deps.Listener.Execution(ref, nil)
		}
	}
	return nil
}
