package sweeper

import (
	"context"
	"sync"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Sweeper is the service. All its methods may be called concurrently. It is the
// listener of a stitcher: Anew, Execution and Through are the stitcher's to call.
type Sweeper struct {
	*news
	cfg     Config
	deps    Deps
	metrics *metrics
	ledger  *ledger
	started time.Time
	pulse   *pulse
	earlier life      // of the house; zero: this is its first
	settled time.Time // when those who send have come back since the start

	mu       sync.Mutex // guards all below it
	cat      *lineage.Catalogue
	watches  map[string]*watch
	said     map[slo.Key]*subject // what is told now
	clocks   map[slo.Key]*kept    // what was recorded
	inRef    map[lineage.ExecutionRef][]slo.Key
	merged   merged
	dirty    map[slo.Key]bool
	mark     time.Time // up to when everything was told
	heard    map[string]time.Time
	caughtUp bool // everything is told that was acknowledged before the start

	doubt     []slo.Key // records of which it is not known whether their last commit is there
	patience  time.Duration
	notBefore time.Time // the next try to record

	cancel context.CancelFunc
	loops  sync.WaitGroup
}

// New checks what is required and makes a sweeper that does nothing yet.
func New(cfg Config, deps Deps) (*Sweeper, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	if err := deps.fill(); err != nil {
		return nil, err
	}
	s := &Sweeper{
		news: newNews(), cfg: cfg, deps: deps,
		watches: make(map[string]*watch), said: make(map[slo.Key]*subject), clocks: make(map[slo.Key]*kept),
		inRef: make(map[lineage.ExecutionRef][]slo.Key), merged: newMerged(), dirty: make(map[slo.Key]bool),
	}
	var err error
	if s.metrics, err = newMetrics(s, deps.Registerer); err != nil {
		return nil, lineage.E(lineage.Internal, "register sweeper metrics", err)
	}
	return s, nil
}

// Start reads the ledger and begins to judge once the stitcher has told all there
// is. It fails with Unavailable when the ledger cannot be read.
func (s *Sweeper) Start(ctx context.Context) error {
	readers := s.cfg.Readers
	if s.deps.Store != nil {
		readers = append([]string{storeReader}, readers...)
	}
	l, clocks, err := openLedger(s.cfg, s.deps, readers)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger, s.started, s.pulse = l, s.deps.Now(), newPulse(s.cfg.Dir)
	s.earlier = s.pulse.before()
	s.settled = s.started.Add(s.earlier.settling(s.started))
	for i := range clocks {
		c := &clocks[i]
		s.put(c.Key, c)
		if c.Open() {
			s.dirty[c.Key] = true // also one that nothing is told of any more
		}
	}
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.loops.Go(func() { s.run(ctx) })
	if s.deps.Store != nil {
		s.loops.Go(func() { s.ship(ctx) })
	}
	return nil
}

// Judging tells whether deadlines are judged: everything is known that had been
// acknowledged before the start.
func (s *Sweeper) Judging() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.caughtUp
}

// put takes over what is recorded of a clock; nil: nothing is.
func (s *Sweeper) put(key slo.Key, c *slo.Clock) {
	w, k := s.watch(key.SLA), s.clocks[key]
	if k != nil {
		w.leave(k)
	}
	switch {
	case c == nil:
		delete(s.clocks, key)
		return
	case k == nil:
		k = &kept{at: -1}
		s.clocks[key] = k
	}
	k.clock = *c
	if sub := s.said[key]; sub != nil {
		k.known = sub.since
	}
	w.enter(k)
}

// reread takes the clocks from the ledger of which it is in doubt what it holds.
func (s *Sweeper) reread() error {
	if len(s.doubt) == 0 {
		return nil
	}
	found, err := s.ledger.find(s.doubt)
	if err != nil {
		return err
	}
	for _, key := range s.doubt {
		s.put(key, found[key])
		s.dirty[key] = true
	}
	s.doubt = nil
	return nil
}

// Stop ends the service. What was not recorded is found again at the next start.
func (s *Sweeper) Stop(context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	s.cancel = nil
	s.loops.Wait()
	return s.ledger.close()
}

// After returns at most limit transitions beyond seq, in order. It waits until
// there is one, or ctx ends. NotFound means that the ledger never came to seq.
func (s *Sweeper) After(ctx context.Context, seq uint64, limit int) ([]slo.Transition, error) {
	return s.ledger.after(ctx, seq, limit)
}

// Done says that a reader needs no transition up to seq any more.
func (s *Sweeper) Done(_ context.Context, reader string, seq uint64) error {
	return s.ledger.done(reader, seq)
}

// watch returns what is known of an SLA.
func (s *Sweeper) watch(sla string) *watch {
	w := s.watches[sla]
	if w == nil {
		w = newWatch()
		s.watches[sla] = w
	}
	return w
}

// run sweeps when something is told, and when a deadline passes.
func (s *Sweeper) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
		timer.Reset(min(s.sweep(ctx), beatEvery))
	}
}
