package stitcher

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// flushRows bounds one write to the store.
const flushRows = 10_000

// flush writes the executions that changed since the last one and then moves
// the checkpoint. What fails stays unsaved.
func (s *Stitcher) flush(ctx context.Context) error {
	s.mu.Lock()
	next := checkpoint{Writer: s.cfg.Writer, Block: max(s.computed, s.saved.Block), Catalogue: s.catalogue.Hash()}
	retire := s.retire
	views := s.unsaved
	refs := slices.Collect(maps.Keys(views))
	s.unsaved = make(unsaved)
	clashes, audit := s.clashes, s.held.pending
	s.clashes, s.held.pending = nil, nil
	s.mu.Unlock()
	err := s.save(ctx, refs, views, clashes, audit)
	if err == nil && retire > 0 {
		err = s.deps.Store.RetireExecutions(ctx, s.cfg.Tenant, retire)
	}
	if err != nil {
		s.mu.Lock()
		s.unsaved.again(refs)
		s.clashes = append(clashes, s.clashes...)
		s.held.pending = append(audit, s.held.pending...)
		s.mu.Unlock()
		return err
	}
	s.mu.Lock()
	s.retire = 0
	same := s.saved == next
	s.mu.Unlock()
	if same {
		return nil
	}
	if err := next.write(s.cfg.Dir); err != nil {
		return err
	}
	s.mu.Lock()
	s.saved = next
	s.freed.Store(next.Block)
	s.mu.Unlock()
	return nil
}

func (s *Stitcher) save(ctx context.Context, refs []lineage.ExecutionRef, views unsaved, clashes []lineage.Clash, audit []lineage.AuditEntry) error {
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
	for len(refs) > 0 {
		n := min(len(refs), flushRows)
		version, live, gone := s.writeOut(refs[:n], views)
		if err := s.deps.Store.SaveExecutions(ctx, s.cfg.Tenant, version, live, gone); err != nil {
			return err
		}
		s.metrics.written.Add(float64(n))
		refs = refs[n:]
	}
	return nil
}

// writeOut returns executions as they were shown, or as they are now. Versions are the clock's, kept
// rising, so that a restarted stitcher's rows replace the old ones.
func (s *Stitcher) writeOut(refs []lineage.ExecutionRef, views unsaved) (version uint64, live []*lineage.Execution, gone []lineage.ExecutionRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = max(s.version+1, uint64(s.deps.Now().UnixMicro()))
	for _, ref := range refs {
		v := views[ref]
		if !v.shown {
			v.x = s.graph.Execution(ref)
		}
		if x := v.x; x != nil {
			live = append(live, x)
		} else {
			gone = append(gone, ref)
		}
	}
	return s.version, live, gone
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
