package sweeper

import (
	"context"
	"sync"
	"sync/atomic"
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
	held     map[slo.Key]*held // what is told and recorded; what is not here may be in the ledger
	inRef    map[lineage.ExecutionRef]*holding
	merged   merged
	dirty    map[slo.Key]bool // what has to be judged
	unsaved  map[slo.Key]bool // what is told of them is not in the ledger, or another thing is
	telling  telling
	mark     time.Time // up to when everything was told
	heard    map[string]time.Time
	caughtUp bool // everything is told that was acknowledged before the start

	// Of the one who sweeps.
	backlog []told    // that is not taken in yet
	idle    []*held   // that may not be needed in memory
	peak    int       // how many keys were held at most
	saving  *saving   // nil: nothing is being saved
	saved   time.Time // when that was begun
	kept    atomic.Uint64
	floor   atomic.Uint64                   // the block that Ahead is asked of at least
	block   uint64                          // as of which is told what is taken in
	ahead   map[lineage.ExecutionRef]uint64 // what was told since the last commit, and as of which block
	by      atomic.Pointer[string]          // of the telling, for those who ask without the lock

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
	s := &Sweeper{news: newNews(), cfg: cfg, deps: deps}
	s.empty()
	var err error
	if s.metrics, err = newMetrics(s, deps.Registerer); err != nil {
		return nil, lineage.E(lineage.Internal, "register sweeper metrics", err)
	}
	return s, nil
}

// Start reads what is open in the ledger, with what was told of it, and begins to judge
// once the stitcher has told what there is besides: see Holds. It fails with Unavailable
// when the ledger cannot be read.
func (s *Sweeper) Start(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.loops.Go(func() { s.run(ctx) })
	if s.deps.Store != nil {
		s.loops.Go(func() { s.ship(ctx) })
	}
	return nil
}

// open takes over what the ledger has.
func (s *Sweeper) open() error {
	readers := s.cfg.Readers
	if s.deps.Store != nil {
		readers = append([]string{storeReader}, readers...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := openLedger(s.cfg, s.deps, readers, s.resume)
	if err != nil {
		return err
	}
	s.ledger, s.started, s.pulse = l, s.deps.Now(), newPulse(s.cfg.Dir)
	s.earlier = s.pulse.before()
	s.settled = s.started.Add(s.earlier.settling(s.started))
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
	w, h := s.watch(key.SLA), s.hold(key)
	w.ended.add(h.clock(), -1)
	w.leave(h)
	h.set(c)
	w.enter(h)
	w.ended.add(c, 1)
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
	clocks := make(map[slo.Key]*slo.Clock, len(found))
	for i := range found {
		clocks[found[i].Key] = &found[i]
	}
	for _, key := range s.doubt {
		s.put(key, clocks[key])
		s.dirty[key], s.unsaved[key] = true, true
	}
	s.doubt = nil
	return s.ledger.seen()
}

// Stop ends the service. What was told is judged and recorded, so that the next start need
// not be told of it; what cannot be is found again.
func (s *Sweeper) Stop(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	s.cancel = nil
	s.loops.Wait()
	s.finish(ctx)
	return s.ledger.close()
}

// finish sweeps for the last time. Nothing waits for more of the same any longer.
func (s *Sweeper) finish(ctx context.Context) {
	if !s.Judging() {
		return
	}
	s.saving, s.saved = nil, time.Time{}
	s.sweep(ctx)
	for s.saving != nil && s.patience == 0 && ctx.Err() == nil {
		s.sweep(ctx)
	}
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
