package queues

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// saving is how long the store may take for one measurement.
const saving = 10 * time.Second

// keeper hands measurements to the store, beside the goroutine that measures. It
// drops what the store does not take: they are measurements and no evidence, and
// the next one says more than the last.
type keeper struct {
	store   Store
	after   time.Duration // since the last one
	log     *slog.Logger
	dropped prometheus.Counter
	rows    chan []lineage.Queue
	last    time.Time // belongs to the goroutine that measures
	away    bool      // belongs to the one that saves
}

func newKeeper(cfg Config, deps Deps, dropped prometheus.Counter) *keeper {
	return &keeper{
		store: deps.Store, log: deps.Log, dropped: dropped, rows: make(chan []lineage.Queue, 1),
		// A measurement that comes a moment early is not put off until the next.
		after: cfg.Keep - min(cfg.Every, cfg.Keep)/2,
	}
}

// offer hands on a measurement when it is time for one. It never waits.
func (k *keeper) offer(queues []lineage.Queue, at time.Time) {
	if k.store == nil || len(queues) == 0 || !k.last.IsZero() && at.Sub(k.last) < k.after {
		return
	}
	k.last = at
	select {
	case k.rows <- slices.Clone(queues):
	default: // the store still has the last one in hand
		k.dropped.Add(float64(len(queues)))
	}
}

// end says that no more will come.
func (k *keeper) end() { close(k.rows) }

// run is the goroutine that saves.
func (k *keeper) run(ctx context.Context) {
	for queues := range k.rows {
		err := k.save(ctx, queues)
		if err != nil {
			k.dropped.Add(float64(len(queues)))
		}
		if err != nil && !k.away && ctx.Err() == nil {
			k.log.Warn("the store does not take the queues; what was measured meanwhile is dropped", "error", err)
		}
		k.away = err != nil
	}
}

func (k *keeper) save(ctx context.Context, queues []lineage.Queue) error {
	ctx, cancel := context.WithTimeout(ctx, saving)
	defer cancel()
	return k.store.SaveQueues(ctx, queues)
}
