package stitcher

import (
	"context"
	"slices"
	"strings"

	"throughline/lineage"
)

// maxQuery is the longest id that is searched for, in bytes.
const maxQuery = 1024

// maxNaming is how many events are read of what holds none together, as a customer does:
// the latest.
const maxNaming = 100

// Search finds everything that an id names. It is Unavailable until the
// resident state is whole, so that "nothing found" is never a guess.
func (s *Stitcher) Search(ctx context.Context, tenant, q string) (found []lineage.Match, err error) {
	const op = "search"
	if err := s.ready(op); err != nil {
		return nil, err
	}
	q = strings.TrimSpace(q)
	if q == "" || len(q) > maxQuery {
		return nil, lineage.Errorf(lineage.Invalid, op, "q has %d bytes; want an id of 1 to %d", len(q), maxQuery)
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	err = s.askBroadly(ctx, op, q, func() { found = s.graph.Search(q) })
	return found, err
}

// Lookup returns the executions that hold an object; none for one that nothing
// names.
func (s *Stitcher) Lookup(ctx context.Context, q lineage.ObjectQuery) (found lineage.Answer, err error) {
	const op = "look up"
	if err := s.ready(op); err != nil {
		return lineage.Answer{}, err
	}
	if q.Tenant != s.cfg.Tenant {
		return lineage.Answer{}, nil
	}
	answer := func() { found = s.graph.Lookup(q) }
	if s.joins(q.Type) { // all of it comes back
		err = s.ask(ctx, op, answer, q.ID)
	} else {
		err = s.askBroadly(ctx, op, q.ID, answer)
	}
	return found, err
}

// joins tells whether objects of a type hold evidence together.
func (s *Stitcher) joins(typ string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return typ == lineage.CorrelationType || typ == lineage.TraceType || slices.Contains(s.catalogue.Joining(), typ)
}

// askBroadly is ask, also for what the latest events are in that name an object which
// holds none together.
func (s *Stitcher) askBroadly(ctx context.Context, op, id string, answer func()) error {
	s.mu.Lock()
	partly := s.graph.Partly(id)
	s.mu.Unlock()
	if !partly {
		return s.ask(ctx, op, answer, id)
	}
	var places []lineage.Identifier
	for _, text := range lineage.Spellings(id) {
		found, _, err := s.deps.Store.Find(ctx, s.cfg.Tenant, text, maxNaming, "")
		if err != nil {
			s.metrics.failures.Inc()
			return lineage.E(lineage.Unavailable, op, err)
		}
		places = append(places, found...)
	}
	return s.ask(ctx, op, func() {
		s.graph.WantSeen(places)
		answer()
	}, id)
}

func (s *Stitcher) ready(op string) error {
	if !s.Loaded() {
		read, total := s.Rebuilding()
		return lineage.Errorf(lineage.Unavailable, op, "the transactions are being rebuilt from the store: %d of %d events are read; try again in a moment", read, total)
	}
	return nil
}
