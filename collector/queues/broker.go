package queues

import (
	"context"
	"sync"
	"sync/atomic"

	"throughline/lineage"
)

// broker is a system whose queues can be measured. One goroutine uses it.
type broker interface {
	// measure returns at most so many streams and consumers as they are now,
	// without Tenant and At. Its errors hold no secret. While the broker cannot be
	// reached it fails soon, and does not wait for it.
	measure(ctx context.Context, most int) (measurement, error)
	close()
}

// measurement is what a broker said at one moment.
type measurement struct {
	queues []lineage.Queue
	cut    bool // there is more than was measured
}

// asked is how many requests are on their way to a broker at once.
const asked = 8

// each calls do with 0 to n-1, a few at once, and returns one of the errors that
// it met.
func each(n int, do func(i int) error) error {
	var group sync.WaitGroup
	var next atomic.Int64
	errs := make([]error, min(n, asked))
	for worker := range errs {
		group.Go(func() {
			for errs[worker] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[worker] = do(i)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
