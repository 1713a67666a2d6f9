package stitcher

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// flushRows bounds one write to the store.
const flushRows = 10_000

// sweptAtOnce is how many absences are looked at after every flush for whether they have
// come under another correlation id.
const sweptAtOnce = 4096

// flush writes the executions that changed since the last one and then moves
// the checkpoint. What fails stays unsaved.
func (s *Stitcher) flush(ctx context.Context) error {
	s.mu.Lock()
	catalogue := s.catalogue.Hash()
	computed := max(s.computed, s.saved.Block)
	retire := s.retire
	views := s.unsaved
	refs := slices.Collect(maps.Keys(views))
	s.unsaved = make(unsaved)
	clashes, audit, inspected := s.clashes, s.held.pending, s.held.block
	s.clashes, s.held.pending = nil, nil
	s.mu.Unlock()
	err := s.save(ctx, refs, views, catalogue, clashes, audit)
	if err == nil && retire > 0 {
		err = s.deps.Store.RetireExecutions(ctx, s.cfg.Tenant, retire)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.unsaved.again(refs)
		s.clashes = append(clashes, s.clashes...)
		s.held.pending = append(audit, s.held.pending...)
		return err
	}
	s.absences.sweep(sweptAtOnce, s.graph.Awaited)
	if s.retire == retire {
		s.retire = 0
	}
	return s.move(flushed{computed, s.written}, inspected, catalogue)
}

// move moves the checkpoint as far as it may: what was held back as of it is written down.
func (s *Stitcher) move(done flushed, inspected uint64, catalogue string) error {
	if s.rebuilding || s.catalogue.Hash() != catalogue {
		return nil // what is stored is of two catalogues
	}
	if n := len(s.flushed); n > 0 && s.flushed[n-1].block == done.block {
		s.flushed = s.flushed[:n-1]
	}
	s.flushed = append(s.flushed, done)
	last, rest := settled(s.flushed, min(s.stored(), s.deps.Listener.Kept(), inspected))
	next := checkpoint{Writer: s.cfg.Writer, Block: last.block, Version: last.version, Catalogue: catalogue, Format: format}
	if len(rest) == len(s.flushed) || next == s.saved {
		return nil
	}
	if err := next.write(s.cfg.Dir); err != nil {
		return err
	}
	s.saved, s.flushed = next, rest
	s.board.settle(next.Block)
	s.freed.Store(next.Block)
	s.deps.Listener.Settled(next.Block)
	return nil
}

// Settled tells whether all that was computed is with the store, or on its way there.
func (s *Stitcher) Settled() bool {
	if !s.Loaded() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.dirty && len(s.unsaved) == 0 && len(s.deferred) == 0
}

// stored is the last block of which all events are in the store.
func (s *Stitcher) stored() uint64 {
	if s.deps.Stored == nil {
		return math.MaxUint64
	}
	return s.deps.Stored()
}

func (s *Stitcher) save(ctx context.Context, refs []lineage.ExecutionRef, views unsaved, catalogue string, clashes []lineage.Clash, audit []lineage.AuditEntry) error {
	if len(audit) > 0 {
		if err := s.deps.Store.SaveAudit(ctx, audit); err != nil {
			return err
		}
	}
	if len(clashes) > 0 {
		if err := s.deps.Store.SaveQuarantine(ctx, quarantine(clashes)); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(refs, flushRows) {
		r, err := s.asInForce(ctx, chunk, views, catalogue)
		if err == nil {
			err = s.write(ctx, r)
		}
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.written = r.version
		s.mu.Unlock()
	}
	return nil
}

// asInForce writes executions out as the catalogue in force has them.
func (s *Stitcher) asInForce(ctx context.Context, refs []lineage.ExecutionRef, views unsaved, catalogue string) (rows, error) {
	if err := s.takeTurn(ctx, "store executions"); err != nil {
		return rows{}, err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.catalogue.Hash() != catalogue {
		views = nil // they are as another catalogue made them
	}
	return s.writeOut(ctx, s.resident(), refs, views)
}

// rows are executions as they are stored.
type rows struct {
	version uint64
	live    []*lineage.Execution
	gone    []lineage.ExecutionRef
}

func (s *Stitcher) write(ctx context.Context, r rows) error {
	if err := s.deps.Store.SaveExecutions(ctx, s.cfg.Tenant, r.version, r.live, r.gone); err != nil {
		return err
	}
	s.metrics.written.Add(float64(len(r.live) + len(r.gone)))
	return nil
}

// writeOut returns executions as they were shown, or as they are now. Versions are the
// clock's, kept rising, so that a restarted stitcher's rows replace the old ones. The
// caller has the turn.
func (s *Stitcher) writeOut(ctx context.Context, m memory, refs []lineage.ExecutionRef, shown unsaved) (rows, error) {
	views := make([]view, len(refs))
	for i, ref := range refs {
		views[i] = shown[ref]
	}
	if err := s.fill(ctx, m, refs, views); err != nil {
		return rows{}, err
	}
	s.version = max(s.version+1, uint64(s.deps.Now().UnixMicro()))
	r := rows{version: s.version}
	for i, v := range views {
		if v.x != nil {
			r.live = append(r.live, v.x)
		} else {
			r.gone = append(r.gone, refs[i])
		}
	}
	return r, nil
}

// clashReason says which of two events with one identity holds, and why.
func clashReason(c lineage.Clash) string {
	about := func(e *lineage.Event) string {
		if o := e.Subject(); !o.IsZero() {
			return e.Type + " about " + o.String()
		}
		return e.Type
	}
	why := "it has the later recordedtime"
	if c.Winner.Recorded.Equal(c.Loser.Recorded) {
		why = "they have the same recordedtime, or none, so the greater content hash decides"
	}
	return fmt.Sprintf("id: %q of %s is used by two events with other content. %s holds, since %s; this one, %s, does not count. "+
		"Send a correction with a later recordedtime, and anything else with an id of its own.",
		c.Loser.ID, c.Loser.Source, about(c.Winner), why, about(c.Loser))
}

// quarantine sets the losers of clashes aside. The id is of the content, so
// that the same loser is one entry however often it is found.
func quarantine(clashes []lineage.Clash) []lineage.Quarantined {
	entries := make([]lineage.Quarantined, len(clashes))
	for i, c := range clashes {
		l := c.Loser
		identity := xxhash.Sum64String(l.Source + "\x00" + l.ID)
		entries[i] = lineage.Quarantined{
			Tenant: l.Tenant, ID: fmt.Sprintf("clash-%016x-%016x", identity, l.Hash), Signal: lineage.Events,
			Source: l.Source, EventID: l.ID, Type: l.Type, Payload: []byte(l.Payload), Ingested: l.Ingested,
			Reason: clashReason(c),
		}
	}
	return entries
}
