package stitcher

import (
	"context"

	"throughline/lineage"
)

func (s *shelf) isAway() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

func (s *shelf) EvidenceNumbers(_ context.Context, tenant string, yield func([]uint64, int) error) error {
	if s.isAway() {
		return errAway
	}
	s.begun++
	for i := range s.events {
		e := &s.events[i].event
		if e.Tenant != tenant {
			continue
		}
		numbers := []uint64{e.EvidenceNumber()}
		for _, n := range e.EvidenceNames(nil) {
			numbers = append(numbers, n.Number)
		}
		if err := yield(numbers, 1); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Outlines(_ context.Context, _ string, yield func(*lineage.Summary, []lineage.Awaited) error) error {
	if s.isAway() {
		return errAway
	}
	var sights lineage.Sights
	for _, r := range s.rows {
		if r.x == nil {
			continue
		}
		summary := r.x.Summarise()
		if err := yield(&summary, sights.Of(r.x)); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Loose(_ context.Context, _ string, yield func(lineage.ExecutionRef, []lineage.Object, bool) error) error {
	if s.isAway() {
		return errAway
	}
	for ref, r := range s.rows {
		if r.x == nil || !r.x.Unanchored {
			continue
		}
		var members []lineage.Object
		for _, m := range r.x.Members {
			members = append(members, m.Object)
		}
		if err := yield(ref, members, r.x.Truncated); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Chained(ctx context.Context, tenant string) (n uint64, err error) {
	err = s.EventsSince(ctx, tenant, func(_ string, _ uint64, e *lineage.Event) error {
		if e.Causation != "" || len(e.Links) > 0 {
			n++
		}
		return nil
	})
	return n, err
}

func (s *shelf) Unsettled(ctx context.Context, tenant, writer string, block uint64, yield func(string, uint64, *lineage.Event) error) error {
	type identity struct{ source, id string }
	meant, causes := make(map[identity]bool), make(map[string]bool)
	err := s.EventsSince(ctx, tenant, func(_ string, _ uint64, e *lineage.Event) error {
		if e.Causation != "" || len(e.Links) > 0 {
			meant[identity{e.Source, e.ID}] = true
		}
		if e.Causation != "" {
			causes[e.Causation] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.EventsSince(ctx, tenant, func(w string, b uint64, e *lineage.Event) error {
		if e.Kind == lineage.DecisionEvent || w == writer && b > block || causes[e.ID] || meant[identity{e.Source, e.ID}] {
			return yield(w, b, e)
		}
		return nil
	})
}
