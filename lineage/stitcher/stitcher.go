package stitcher

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"throughline/lineage"
)

// Stitcher is the service. All its methods may be called concurrently.
type Stitcher struct {
	cfg     Config
	deps    Deps
	metrics *metrics

	mu         sync.Mutex // guards the graph and all below it
	catalogue  *lineage.Catalogue
	graph      *lineage.Graph
	board      *board
	top        uint64 // the last block that was fed
	fed        uint64 // the last block up to which all events are in the graph
	computed   uint64 // the last block whose events are in the executions
	deferred   []deferred
	admitted   int                        // how many of them are tried together
	dirty      bool                       // events since the last recomputation
	due        []lineage.ExecutionRef     // executions that have changed and are not shown yet
	remapping  map[content]*lineage.Event // what is being mapped anew, as the graph has it; nil: not at all
	unsaved    unsaved
	clashes    []lineage.Clash
	version    uint64
	written    uint64    // the version of executions that was stored last; flush's own
	rebuilding bool      // another catalogue is about to be in force, and writes what it makes
	flushed    []flushed // of which it is not known that all that they follow from is stored
	saved      checkpoint
	freed      atomic.Uint64 // saved.Block
	retire     uint64        // rows of the store below this version are another catalogue's; 0: none are

	decisions *decisions
	held      *heldBack
	absences  *absences

	turns        chan struct{} // has room for one: who has it may recall, add and let go
	anew         chan struct{} // has room for one: who computes all anew, or maps events anew
	questions    chan struct{} // has room for those that wait for a turn
	heard        heard
	hub          *hub
	read         atomic.Uint64 // stored events that a start has read, of all that there are
	total        atomic.Uint64
	crowded      time.Duration // how long it is waited before more is let go of
	crowdedUntil time.Time
	loaded       chan struct{} // closed when the graph holds what was stored
	wake         chan struct{}
	life         context.Context
	cancel       context.CancelFunc
	done         chan struct{}
}

// New checks what is required and makes a stitcher that does nothing yet.
func New(cfg Config, deps Deps) (*Stitcher, error) {
	cfg.fill()
	if err := deps.fill(); err != nil {
		return nil, err
	}
	m, err := newMetrics(deps.Registerer, deps.Catalogue)
	if err != nil {
		return nil, lineage.E(lineage.Internal, "register stitcher metrics", err)
	}
	board := newBoard(deps.Catalogue)
	board.now = deps.Now
	return &Stitcher{
		cfg: cfg, deps: deps, metrics: m,
		catalogue: deps.Catalogue, graph: lineage.NewGraph(deps.Catalogue, cfg.Tenant), board: board,
		unsaved: make(unsaved), hub: newHub(), turns: make(chan struct{}, 1), anew: make(chan struct{}, 1), questions: make(chan struct{}, 2),
		decisions: newDecisions(), held: newHeldBack(), absences: newAbsences(),
		loaded: make(chan struct{}), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}, nil
}

// Start reads the checkpoint and begins to load in the background; the store
// may still be away. Loaded tells when the resident state is whole.
func (s *Stitcher) Start(ctx context.Context) error {
	saved, err := readCheckpoint(s.cfg.Dir, s.cfg.Writer)
	if err != nil {
		return err
	}
	s.saved, s.written = saved, saved.Version
	s.freed.Store(saved.Block)
	s.life, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go s.run(s.life)
	return nil
}

// Stop writes what is unsaved, as far as ctx allows, and ends the service.
func (s *Stitcher) Stop(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	<-s.done // a write that is under way fails, and what it held is unsaved again
	if s.Loaded() {
		s.catchUp(ctx)
		s.inspect()
		if err := s.flush(ctx); err != nil {
			s.deps.Log.Warn("executions are not all stored; they are computed again at the next start", "error", err)
		}
	}
	s.hub.close()
	return nil
}

// Loaded tells whether the graph holds all that was stored before the start.
func (s *Stitcher) Loaded() bool {
	select {
	case <-s.loaded:
		return true
	default:
		return false
	}
}

// Rebuilding tells how many of the stored events a start has read.
func (s *Stitcher) Rebuilding() (read, total uint64) { return s.read.Load(), s.total.Load() }

// Checkpoint returns the last block whose executions are in the store. The
// journal may free what lies before it.
// It does not wait for a recomputation.
func (s *Stitcher) Checkpoint() uint64 { return s.freed.Load() }

func (s *Stitcher) run(ctx context.Context) {
	defer close(s.done)
	if !s.load(ctx) {
		return
	}
	close(s.loaded)
	tick := time.NewTicker(s.cfg.Tick)
	defer tick.Stop()
	flush := time.NewTicker(s.cfg.Flush)
	defer flush.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			// The first event after a pause is shown at once; then the ticker sets the pace.
			s.catchUp(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		case <-flush.C:
			s.inspect()
			if err := s.flush(ctx); err != nil && ctx.Err() == nil {
				s.metrics.failures.Inc()
				s.deps.Log.Warn("executions wait for the store", "error", err)
				continue
			}
			s.letGo(ctx)
			if s.behind() {
				s.catchUp(ctx)
			}
		}
	}
}

// behind tells whether something has waited for the store.
func (s *Stitcher) behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dirty || len(s.deferred) > 0
}

// show enters an execution into a board and among what has not come, and tells the
// listener.
func (s *Stitcher) show(b *board, a *absences, ref lineage.ExecutionRef, x *lineage.Execution, block uint64) {
	b.put(ref, x, block)
	a.put(ref, x)
	s.deps.Listener.Execution(ref, x)
}
