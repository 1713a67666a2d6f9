package stitcher

import (
	"context"
	"maps"
	"slices"
	"time"

	"throughline/lineage"
)

// Reload puts another catalogue in force: every execution is computed anew from
// the events that are held, as they were mapped when they came, and from those that only
// the store has. The feed waits meanwhile, and so do questions, unless the store is read.
// It waits while the graph is being loaded. Once it has begun it ends only with the
// stitcher.
func (s *Stitcher) Reload(ctx context.Context, cat *lineage.Catalogue) error {
	const op = "reload the catalogue"
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, op, ctx.Err())
	}
	if err := enter(ctx, op, s.anew); err != nil {
		return err
	}
	defer func() { <-s.anew }()
	if err := s.takeTurn(ctx, op); err != nil {
		return err
	}
	defer s.endTurn()
	began := s.deps.Now()
	for {
		changed, err := s.remake(s.life, cat)
		if err == nil {
			s.hub.publish(lineage.Change{Tenant: s.cfg.Tenant, Executions: changed})
			s.deps.Log.Info("executions are computed anew", "catalogue", cat.Hash(), "executions", len(changed), "took", s.deps.Now().Sub(began))
			return nil
		}
		s.metrics.failures.Inc()
		s.deps.Log.Warn("executions are not computed anew yet; it is tried again", "catalogue", cat.Hash(), "error", err)
		if pause(s.life, time.Second) != nil {
			return lineage.E(lineage.Unavailable, op, err)
		}
	}
}

// remake computes everything by another catalogue.
func (s *Stitcher) remake(ctx context.Context, cat *lineage.Catalogue) (changed []lineage.ExecutionRef, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.newReplay(cat, s.fed, true)
	s.deps.Listener.Anew(cat)
	ruled, _ := s.graph.Decisions()
	for _, d := range ruled {
		p.memory.graph.Decide(d)
	}
	retire := uint64(0)
	if s.graph.Forgot() {
		retire = s.version + 1
		if err := s.doubtAll(); err != nil {
			return nil, err
		}
		s.mu.Unlock()
		err := s.rebuild(ctx, p)
		s.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
	p.block, p.grows, p.memory.free, p.memory.hold = s.top, true, s.mu.Unlock, s.mu.Lock
	for e := range s.graph.Events() {
		if p.next = append(p.next, e); len(p.next) < readAtOnce {
			continue
		}
		if err := p.add(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.end(ctx); err != nil {
		return nil, err
	}
	changed = s.board.refs()
	if retire == 0 { // what the new catalogue does not make is gone, and what went just now is not stored yet
		for _, ref := range slices.AppendSeq(changed[:len(changed):len(changed)], maps.Keys(s.unsaved)) {
			if _, made := p.unsaved[ref]; !made {
				p.unsaved.add(ref)
			}
		}
	}
	changed = merge(changed, p.board.refs())
	p.done()
	s.retire, s.rebuilding, s.written = max(s.retire, retire), false, max(s.written, s.version)
	s.heard.begin(s.heardBy(), cat)
	s.deps.Listener.Through(s.fed)
	s.clashes = append(s.clashes, s.graph.TakeClashes()...)
	s.catalogue, s.graph, s.board, s.absences, s.unsaved = cat, p.memory.graph, p.board, p.absences, p.unsaved
	s.dirty, s.due, s.computed = len(s.deferred) > 0, nil, s.fed
	s.decisions.settle(s.graph)
	s.inspectNow()
	return changed, nil
}

// doubtAll notes that executions will be stored as two catalogues make them. Should it end
// halfway, all are written anew at the next start.
func (s *Stitcher) doubtAll() error {
	s.saved.Catalogue, s.rebuilding = "", true
	return s.saved.write(s.cfg.Dir)
}

// rebuild reads into a replay all that is stored.
func (s *Stitcher) rebuild(ctx context.Context, p *replay) error {
	err := s.deps.Store.EventsSince(ctx, s.cfg.Tenant, func(writer string, block uint64, e *lineage.Event) error {
		if e.Kind == lineage.DecisionEvent || writer == s.cfg.Writer && block > p.until {
			return nil
		}
		return p.take(ctx, writer, block, e)
	})
	if err != nil {
		return err
	}
	return p.add(ctx)
}

// heardBy is when the sources of a catalogue were heard last, as far as is known here.
func (s *Stitcher) heardBy() map[string]time.Time {
	last := make(map[string]time.Time)
	for e := range s.graph.Events() {
		if e.Ingested.After(last[e.Source]) {
			last[e.Source] = e.Ingested
		}
	}
	for source, at := range s.Heard() {
		if at.After(last[source]) {
			last[source] = at
		}
	}
	return last
}
