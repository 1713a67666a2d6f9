package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// portion is how many events are mapped anew before others have their turn.
const portion = 500

// content is one content that came under an identity.
type content struct {
	source, id string
	hash       uint64
}

func contentOf(e *lineage.Event) content { return content{e.Source, e.ID, e.Hash} }

// Remap takes stored events as another catalogue maps them, which save stores. What
// follows from it is computed and shown as for events that come in. It waits while the
// graph is being loaded. After an error of save nothing has changed; any other is that
// ctx or the stitcher has ended.
func (s *Stitcher) Remap(ctx context.Context, events []lineage.Remapped, save func(context.Context) error) error {
	const op = "map events anew"
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, op, ctx.Err())
	}
	// Until the graph has an event as it is mapped now, what the store says of it is not
	// what follows from it.
	s.mu.Lock()
	s.remapping = make(map[content]*lineage.Event, len(events))
	for i := range events {
		if e := &events[i]; s.remaps(&e.Now) {
			s.remapping[contentOf(&e.Now)] = nil
			if e.Was.ID != "" {
				s.remapping[contentOf(&e.Now)] = &e.Was
			}
		}
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.remapping = nil
		s.mu.Unlock()
	}()
	if err := save(ctx); err != nil {
		return err
	}
	for len(events) > 0 {
		n := min(len(events), portion)
		if err := s.remap(ctx, op, events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func (s *Stitcher) remap(ctx context.Context, op string, events []lineage.Remapped) error {
	if err := s.takeTurn(ctx, op); err != nil {
		return err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	var changed []lineage.ExecutionRef
	// What the graph does not hold has to be there as it was, so that it is known what it
	// is taken from.
	for _, step := range [...]struct {
		event func(*lineage.Remapped) *lineage.Event
		enter func(*lineage.Event)
	}{
		{func(e *lineage.Remapped) *lineage.Event { return &e.Was }, s.graph.Add},
		{func(e *lineage.Remapped) *lineage.Event { return &e.Now }, s.graph.Remap},
	} {
		each := func(do func(*lineage.Event)) {
			for i := range events {
				if e := step.event(&events[i]); e.ID != "" && s.remaps(e) {
					do(e)
				}
			}
		}
		err := s.persist(ctx, op, func() error {
			return s.inquire(ctx, s.resident(), func() { each(s.graph.WantAnew) })
		})
		if err != nil {
			return err
		}
		each(step.enter)
		s.dirty = true
		err = s.persist(ctx, op, func() error {
			more, err := s.bringUp(ctx)
			changed = append(changed, more...)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i := range events {
		delete(s.remapping, contentOf(&events[i].Now))
	}
	s.announce(changed)
	return nil
}

// persist tries again for as long as the store is away.
func (s *Stitcher) persist(ctx context.Context, op string, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		s.mu.Unlock()
		stopped := pause(ctx, time.Second)
		s.mu.Lock()
		if stopped != nil {
			return lineage.E(lineage.Unavailable, op, err)
		}
	}
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
	return !s.dirty && len(s.unsaved) == 0 && len(s.deferred) == 0
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
