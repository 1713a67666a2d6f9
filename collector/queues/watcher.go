package queues

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"throughline/lineage"
)

// patience is how long one measurement may take.
const patience = 10 * time.Second

// Watcher measures the queues of a broker again and again. Its methods are safe
// for concurrent use.
type Watcher struct {
	cfg     Config
	deps    Deps
	connect func(ctx context.Context) broker
	metrics *metrics
	keeper  *keeper

	away bool // these two belong to the goroutine that measures
	said bool // that there are more queues than are measured

	mu     sync.Mutex
	begun  bool
	stop   context.CancelFunc
	group  sync.WaitGroup
	at     time.Time // of the latest measurement; zero before the first
	latest measurement
}

// New returns a watcher. It fails with Invalid when NATS is not a URL.
func New(cfg Config, deps Deps) (*Watcher, error) {
	cfg.fill()
	deps.fill()
	where, err := parseAddress(cfg.NATS)
	if err != nil {
		return nil, err
	}
	return newWatcher(cfg, deps, func(ctx context.Context) broker { return newNATS(ctx, where, deps.Log) }), nil
}

func newWatcher(cfg Config, deps Deps, connect func(context.Context) broker) *Watcher {
	w := &Watcher{cfg: cfg, deps: deps, connect: connect}
	w.metrics = newMetrics(w)
	w.keeper = newKeeper(cfg, deps, w.metrics.dropped)
	return w
}

// Start begins to measure and returns at once; the broker may be away.
func (w *Watcher) Start(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun {
		return lineage.Errorf(lineage.Conflict, "queues", "it was started before")
	}
	if err := w.metrics.register(w.deps.Registerer); err != nil {
		return err
	}
	w.begun = true
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.group.Go(func() { w.run(ctx) })
	w.group.Go(func() { w.keeper.run(ctx) })
	return nil
}

// Stop ends measuring. It fails with Unavailable when the broker's client or the
// store has not let go by the end of ctx. It is safe to call twice.
func (w *Watcher) Stop(ctx context.Context) error {
	w.mu.Lock()
	stop := w.stop
	w.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	done := make(chan struct{})
	go func() {
		w.group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, "stop queues", context.Cause(ctx))
	}
	w.metrics.unregister(w.deps.Registerer)
	return nil
}

// Queues returns the latest measurement, in the order of system, name and
// consumer: a stream, then its consumers. While the broker is away it stays what
// it was, and At tells its age. Before the first one, and for any other tenant,
// there are none.
func (w *Watcher) Queues(_ context.Context, tenant string) ([]lineage.Queue, error) {
	if tenant != w.cfg.Tenant {
		return nil, nil
	}
	latest, _ := w.last()
	return slices.Clone(latest.queues), nil
}

// last returns the latest measurement and when it was made. Nobody changes it.
func (w *Watcher) last() (measurement, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latest, w.at
}

// run is the goroutine that measures.
func (w *Watcher) run(ctx context.Context) {
	defer w.keeper.end()
	b := w.connect(ctx)
	defer b.close()
	tick := time.NewTicker(w.cfg.Every)
	defer tick.Stop()
	for ctx.Err() == nil {
		w.measure(ctx, b)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func (w *Watcher) measure(ctx context.Context, b broker) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	at := w.deps.Now()
	m, err := b.measure(within, w.cfg.MostQueues)
	switch {
	case ctx.Err() != nil: // we were stopped, and the broker is not to blame
		return
	case err != nil:
		w.metrics.measured.WithLabelValues("failed").Inc()
		if !w.away {
			w.deps.Log.Warn("the queues cannot be measured; it is tried again and again", "every", w.cfg.Every, "error", err)
		}
		w.away = true
		return
	}
	w.take(m, at)
}

// take makes a measurement the latest.
func (w *Watcher) take(m measurement, at time.Time) {
	for i := range m.queues {
		m.queues[i].Tenant, m.queues[i].At = w.cfg.Tenant, at
	}
	slices.SortFunc(m.queues, func(a, b lineage.Queue) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Consumer, b.Consumer))
	})
	w.mu.Lock()
	w.latest, w.at = m, at
	w.mu.Unlock()
	w.metrics.measured.WithLabelValues("ok").Inc()
	if w.away {
		w.deps.Log.Info("the queues are measured again", "queues", len(m.queues))
	}
	w.away = false
	if m.cut && !w.said {
		w.deps.Log.Warn("there are more streams and consumers than are measured; raise MostQueues", "most", w.cfg.MostQueues)
		w.said = true
	}
	w.keeper.offer(m.queues, at)
}
