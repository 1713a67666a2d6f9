package collector

import (
	"context"
	"sync"
	"time"

	"throughline/lineage"
)

// budget bounds the bytes that all requests together hold in memory. A request
// that has begun grows without waiting, or fails: were it to wait while holding
// what it has, two such requests could wait for each other. Only a request that
// holds nothing yet waits for room. It is safe for concurrent use.
type budget struct {
	size int64
	wait time.Duration

	mu    sync.Mutex
	used  int64
	freed chan struct{} // closed at the next release, if anyone waits
}

func newBudget(size int64, wait time.Duration) *budget {
	return &budget{size: size, wait: wait}
}

// inFlight returns the bytes reserved now.
func (b *budget) inFlight() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// enter waits for n bytes and returns them as a reservation. It fails with
// Exhausted when there is no room in time.
func (b *budget) enter(ctx context.Context, n int64) (*reservation, error) {
	var late <-chan time.Time
	for {
		freed, ok := b.take(n, true)
		if ok {
			return &reservation{budget: b, held: n}, nil
		}
		if late == nil {
			timer := time.NewTimer(b.wait)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-freed:
		case <-late:
			return nil, b.full()
		case <-ctx.Done():
			return nil, lineage.E(lineage.Unavailable, "wait for room", ctx.Err())
		}
	}
}

func (b *budget) take(n int64, waits bool) (freed <-chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n <= b.size {
		b.used += n
		return nil, true
	}
	if waits && b.freed == nil {
		b.freed = make(chan struct{})
	}
	return b.freed, false
}

func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
}

func (b *budget) full() error {
	return lineage.Errorf(lineage.Exhausted, "reserve memory", "%d bytes of requests are being taken in already, send again later", b.size)
}

// reservation is one request's part of the budget. It belongs to one goroutine.
type reservation struct {
	budget *budget
	held   int64
}

// grow adds n bytes at once, or fails: with Exhausted when there is no room
// now, with TooLarge when there never can be.
func (r *reservation) grow(n int64) error {
	if r.held+n > r.budget.size {
		return lineage.Errorf(lineage.TooLarge, "reserve memory", "this request alone would take more than %d bytes: send smaller batches", r.budget.size)
	}
	if _, ok := r.budget.take(n, false); !ok {
		return r.budget.full()
	}
	r.held += n
	return nil
}

// shrink gives n bytes back.
func (r *reservation) shrink(n int64) {
	r.held -= n
	r.budget.give(n)
}

// release gives everything back.
func (r *reservation) release() { r.shrink(r.held) }
