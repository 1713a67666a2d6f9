package embedded

import (
	"context"
	"time"

	"throughline/lineage"
)

// lane bounds how many statements of a sort run at once. Readers and writers have
// one each, so that slow pages never keep an insert out.
type lane struct {
	name   string
	places chan struct{}
	wait   time.Duration
}

func newLane(name string, places int, wait time.Duration) lane {
	return lane{name: name, places: make(chan struct{}, places), wait: wait}
}

// enter takes a place, waiting for one; leave gives it back. After the wait the
// answer is Exhausted: try later.
func (l lane) enter(ctx context.Context) error {
	select {
	case l.places <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(l.wait)
	defer timer.Stop()
	select {
	case l.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, "embedded.lane", context.Cause(ctx))
	case <-timer.C:
		return lineage.Errorf(lineage.Exhausted, "embedded.lane", "all %d places for %s are taken, try again later", cap(l.places), l.name)
	}
}

func (l lane) leave() { <-l.places }

// drain waits until nobody is left and keeps newcomers out for good.
func (l lane) drain() {
	for range cap(l.places) {
		l.places <- struct{}{}
	}
}
