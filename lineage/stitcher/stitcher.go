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

	mu        sync.Mutex // guards the graph and all below it
	catalogue *lineage.Catalogue
	graph     *lineage.Graph
	board     *board
	fed       uint64 // the last block whose events are in the graph
	computed  uint64 // the last block whose events are in the executions
	dirty     bool   // events since the last recomputation
	unsaved   unsaved
	clashes   []lineage.Clash
	version   uint64
	saved     checkpoint
	freed     atomic.Uint64 // saved.Block
	retire    uint64        // rows of the store below this version are another catalogue's; 0: none are

	decisions *decisions
	held      *heldBack
	absences  *absences

	heard  heard
	hub    *hub
	loaded chan struct{} // closed when the graph holds what was stored
	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
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
	return &Stitcher{
		cfg: cfg, deps: deps, metrics: m,
		catalogue: deps.Catalogue, graph: lineage.NewGraph(deps.Catalogue, cfg.Tenant), board: newBoard(deps.Catalogue),
		unsaved: make(unsaved), hub: newHub(),
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
	s.saved = saved
	s.freed.Store(saved.Block)
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go s.run(ctx)
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
		s.recompute()
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

// Events takes the events of a block of the journal, in the order of blocks. It
// waits while the graph is being loaded.
func (s *Stitcher) Events(ctx context.Context, block uint64, events []lineage.Event) error {
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, "feed stitcher", ctx.Err())
	}
	s.mu.Lock()
	for i := range events {
		switch e := &events[i]; {
		case e.Tenant != s.cfg.Tenant:
		case e.Kind == lineage.DecisionEvent:
			s.takeDecision(s.graph, e)
		default:
			s.add(e)
		}
	}
	s.heard.note(events)
	s.metrics.events.Add(float64(len(events)))
	s.fed, s.dirty = max(s.fed, block), true
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

// add takes one event into the graph, and counts a try that failed when it is new.
func (s *Stitcher) add(e *lineage.Event) {
	before := s.graph.Len()
	s.graph.Add(e)
	if e.Outcome == lineage.OutcomeRetrying && s.graph.Len() > before {
		s.metrics.retried(e.Stage)
	}
}

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
			s.recompute()
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
			}
		}
	}
}

// show enters an execution into a board, and tells the listener.
func (s *Stitcher) show(b *board, ref lineage.ExecutionRef, x *lineage.Execution) {
	b.put(ref, x)
	s.absences.put(ref, x)
	s.deps.Listener.Execution(ref, x)
}

// recompute brings the executions up to date and tells the subscribers.
func (s *Stitcher) recompute() {
	s.mu.Lock()
	changed := s.bringUp()
	s.mu.Unlock()
	s.announce(changed)
}

// announce tells the subscribers which executions have changed.
func (s *Stitcher) announce(changed []lineage.ExecutionRef) {
	if len(changed) > 0 {
		s.hub.publish(lineage.Change{Tenant: s.cfg.Tenant, Executions: changed})
	}
}

// bringUp brings the executions up to date. The caller holds the lock.
func (s *Stitcher) bringUp() (changed []lineage.ExecutionRef) {
	if !s.dirty {
		return nil
	}
	began := time.Now()
	changed = s.graph.Recompute()
	for _, ref := range changed {
		x := s.graph.Execution(ref)
		s.unsaved.show(ref, x)
		s.show(s.board, ref, x)
	}
	s.deps.Listener.Through(s.fed)
	clashes := s.graph.TakeClashes()
	s.clashes = append(s.clashes, clashes...)
	s.dirty, s.computed = false, s.fed
	s.held.look()
	if s.decisions.settle(s.graph) {
		s.inspectNow()
	}
	s.metrics.resident.Set(float64(s.graph.Len()))
	s.metrics.clashes.Add(float64(len(clashes)))
	s.metrics.recomputed.Add(float64(len(changed)))
	s.metrics.duration.Observe(time.Since(began).Seconds())
	return changed
}
