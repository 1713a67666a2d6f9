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
	if err := enter(ctx, op, s.anew); err != nil {
		return err
	}
	defer func() { <-s.anew }()
	ctx, cancel := s.lasting(ctx)
	defer cancel()
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
			return s.completely(ctx, s.resident(), func() { each(s.graph.WantAnew) })
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

// persist tries again for as long as the store is away. Others have their turn meanwhile.
func (s *Stitcher) persist(ctx context.Context, op string, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		if s.rest(ctx) != nil {
			return lineage.E(lineage.Unavailable, op, err)
		}
	}
}

// rest waits a moment without turn and lock, and then has them again.
func (s *Stitcher) rest(ctx context.Context) error {
	s.mu.Unlock()
	s.endTurn()
	err := pause(ctx, time.Second)
	s.turns <- struct{}{}
	s.mu.Lock()
	return err
}

// lasting is a context that ends with the stitcher too.
func (s *Stitcher) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// remaps tells whether an event is one that this stitcher maps anew.
func (s *Stitcher) remaps(e *lineage.Event) bool {
	return e.Tenant == s.cfg.Tenant && e.Kind != lineage.DecisionEvent
}
