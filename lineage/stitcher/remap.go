package stitcher

import (
	"context"

	"throughline/lineage"
)

// portion is how many events are mapped anew before others have their turn.
const portion = 500

// Remap takes stored events as another catalogue maps them. What follows from it is
// computed and shown as for events that come in. It waits while the graph is being
// loaded.
func (s *Stitcher) Remap(ctx context.Context, events []lineage.Remapped) error {
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, "map events anew", ctx.Err())
	}
	for len(events) > 0 {
		if ctx.Err() != nil {
			return lineage.E(lineage.Unavailable, "map events anew", ctx.Err())
		}
		n := min(len(events), portion)
		s.remap(events[:n])
		events = events[n:]
	}
	return nil
}

func (s *Stitcher) remap(events []lineage.Remapped) {
	s.mu.Lock()
	// What the graph does not hold has to be there as it was, so that it is known what it
	// is taken from.
	held := s.graph.Len()
	for i := range events {
		if e := &events[i].Was; e.ID != "" && s.remaps(e) {
			s.graph.Add(e)
		}
	}
	var changed []lineage.ExecutionRef
	if s.graph.Len() > held {
		s.dirty = true
		changed = s.bringUp()
	}
	for i := range events {
		if e := &events[i].Now; s.remaps(e) {
			s.graph.Remap(e)
		}
	}
	s.dirty = true
	changed = append(changed, s.bringUp()...)
	s.mu.Unlock()
	s.announce(changed)
}

// remaps tells whether an event is one that this stitcher maps anew.
func (s *Stitcher) remaps(e *lineage.Event) bool {
	return e.Tenant == s.cfg.Tenant && e.Kind != lineage.DecisionEvent
}

// Settled tells whether all that was computed is with the store, or on its way there.
func (s *Stitcher) Settled() bool {
	if !s.Loaded() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.dirty && len(s.unsaved) == 0
}

// Doubt says that the stored executions may not be what the stored events come to, as
// after a kill while these were mapped anew: at the next start all of them are written
// again. It is called before Start.
func Doubt(dir, writer string) error {
	saved, err := readCheckpoint(dir, writer)
	if err != nil || saved.Catalogue == "" {
		return err
	}
	saved.Catalogue = ""
	return saved.write(dir)
}
