package stitcher

import (
	"context"
	"maps"
	"slices"
	"time"

	"throughline/lineage"
)

// heldBack is which objects are held back, as they were found when last looked for,
// and the last change of each that ever was. To look for them is to look at every
// object, so it is done at most for a hundredth of the time, and when somebody decides.
type heldBack struct {
	now     map[lineage.Object]lineage.HeldBack
	turns   map[lineage.Object]lineage.AuditEntry
	pending []lineage.AuditEntry // not stored yet
	guards  string               // hash of the catalogue that they were found by
	stale   bool                 // there was news since
	block   uint64               // they are as of
	next    time.Time            // not before
}

func newHeldBack() *heldBack {
	return &heldBack{now: make(map[lineage.Object]lineage.HeldBack), turns: make(map[lineage.Object]lineage.AuditEntry)}
}

// look says that what is held back may have changed.
func (h *heldBack) look() { h.stale = true }

// begin takes over the last entries of an audit, which were made by a catalogue.
func (h *heldBack) begin(entries []lineage.AuditEntry, guards string) {
	clear(h.now)
	clear(h.turns)
	for _, e := range entries {
		h.turns[e.Object] = e
		if e.Held {
			h.now[e.Object] = lineage.HeldBack{Finding: lineage.Finding{Object: e.Object, Guard: e.Guard, Related: e.Related, Blocked: e.Cause == lineage.AuditDecision}}
		}
	}
	h.guards, h.pending, h.stale = guards, nil, true
}

// inspect looks for what is held back when there was news, and not all the time.
func (s *Stitcher) inspect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.stale && !s.deps.Now().Before(s.held.next) {
		s.inspectNow()
	}
}

// inspectNow looks for what is held back and writes down what has changed. The caller
// holds the lock, and all is computed.
func (s *Stitcher) inspectNow() {
	const share = 100
	h, began := s.held, s.deps.Now()
	found := make(map[lineage.Object]lineage.HeldBack)
	rulings := s.rulings()
	if len(s.catalogue.Guards()) > 0 || len(rulings) > 0 {
		for _, f := range s.graph.Findings() {
			back := lineage.HeldBack{Finding: f}
			if f.Blocked {
				back.Decision = rulings[f.Object]
			}
			found[f.Object] = back
		}
	}
	for _, o := range slices.SortedFunc(maps.Keys(h.now), lineage.Object.Compare) {
		if _, still := found[o]; !still {
			s.turn(s.released(h.now[o], rulings))
		}
	}
	for _, o := range slices.SortedFunc(maps.Keys(found), lineage.Object.Compare) {
		back := found[o]
		if _, already := h.now[o]; !already {
			s.turn(caught(back))
		}
		back.Since = h.turns[o].At
		found[o] = back
	}
	h.now, h.stale, h.guards, h.block = found, false, s.catalogue.Hash(), s.computed
	h.next = s.deps.Now().Add(share * s.deps.Now().Sub(began))
	s.metrics.held.Set(float64(len(found)))
}

// turn writes down a change of an object.
func (s *Stitcher) turn(e lineage.AuditEntry) {
	e.Tenant, e.Turn, e.At = s.cfg.Tenant, s.held.turns[e.Object].Turn+1, s.deps.Now().UTC()
	s.held.turns[e.Object] = e
	s.held.pending = append(s.held.pending, e)
}

// rulings are the standing decisions to hold an object back or not, by its name now.
func (s *Stitcher) rulings() map[lineage.Object]lineage.Decision {
	found := make(map[lineage.Object]lineage.Decision)
	for _, d := range s.decisions.ledger {
		if d.Stands && (d.Kind == lineage.DecideBlock || d.Kind == lineage.DecideRelease) {
			found[s.canonical(d.A)] = d.Decision
		}
	}
	return found
}

// caught is the entry of an object that came to be held back.
func caught(back lineage.HeldBack) lineage.AuditEntry {
	e := lineage.AuditEntry{Object: back.Object, Held: true, Cause: lineage.AuditGuard, Guard: back.Guard, Related: back.Related}
	if back.Blocked {
		e.Cause, e.Decision, e.By = lineage.AuditDecision, back.Decision.ID, back.Decision.By
	}
	return e
}

// released is the entry of an object that is not held back any more.
func (s *Stitcher) released(was lineage.HeldBack, rulings map[lineage.Object]lineage.Decision) lineage.AuditEntry {
	e := lineage.AuditEntry{Object: was.Object, Cause: lineage.AuditEvidence}
	by, decided := rulings[was.Object]
	if last := s.held.turns[was.Object]; !decided && last.Cause == lineage.AuditDecision {
		by, decided = s.undoing(last.Decision)
	}
	switch {
	case decided:
		e.Cause, e.Decision, e.By = lineage.AuditDecision, by.ID, by.By
	case s.canonical(was.Object) != was.Object:
		e.Cause = lineage.AuditMerge
	case s.held.guards != s.catalogue.Hash():
		e.Cause = lineage.AuditCatalogue
	}
	return e
}

// undoing is the decision that has undone another one.
func (s *Stitcher) undoing(id string) (lineage.Decision, bool) {
	known, _ := s.decisions.find(id)
	by, ok := s.decisions.find(known.Undone)
	return by.Decision, ok
}

// HeldBack returns the objects that are held back, the latest first.
func (s *Stitcher) HeldBack(_ context.Context, tenant string) ([]lineage.HeldBack, error) {
	if err := s.ready("list what is held back"); err != nil {
		return nil, err
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.held.now), func(a, b lineage.HeldBack) int {
		if c := b.Since.Compare(a.Since); c != 0 {
			return c
		}
		return a.Object.Compare(b.Object)
	}), nil
}

// Withheld returns the relations of an object that is held back, along which nothing is
// walked: the first limit of them, sorted, each with its evidence.
func (s *Stitcher) Withheld(ctx context.Context, tenant string, o lineage.Object, limit int) (edges []lineage.Edge, err error) {
	const op = "read what is held back"
	if err := s.ready(op); err != nil {
		return nil, err
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	err = s.ask(ctx, op, func() { edges = s.graph.Suppressed(s.canonical(o), limit) }, o.ID)
	return edges, err
}
