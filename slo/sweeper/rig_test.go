package sweeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// rig is a house around a sweeper: a stitcher that has the executions of a few
// orders, a store, and a clock. A test speaks of orders that are booked and
// invoiced.
type rig struct {
	t       testing.TB
	dir     string
	patient time.Duration // 0: 3 s
	atOnce  int           // clocks in one commit; 0: as in the house
	cat     *lineage.Catalogue
	sweeper *Sweeper
	tries   atomic.Int64 // commits that were tried
	broken  atomic.Int64 // 1: the next commit fails before it is there, 2: after; 3: every one fails, 4: every one after the next
	store   *shelf

	mu     sync.Mutex    // of what the sweeper asks for
	behind time.Duration // what is taken in is known so much later
	stuck  time.Time     // not zero: nothing later than this is known
	heard  map[string]time.Time
	block  uint64

	orders map[string]*lineage.Execution

	forgets bool              // it lets go of orders that are invoiced, as a stitcher may
	voids   bool              // a start voids what was told
	brief   bool              // at a start it tells nothing but what changed since its checkpoint
	tells   int               // how many orders were told
	changed map[string]uint64 // by which block an order changed last
	kept    uint64            // the checkpoint of such a stitcher
}

func catalogue(t testing.TB, slas ...lineage.SLA) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{
		Flows: []lineage.Flow{{
			Name: "f", Anchor: "order", Ranks: map[string]int{"opportunity": -1, "order": 0, "invoice": 1},
			Stages: []lineage.StageRule{{Name: "won", Type: "opportunity"}, {Name: "booked", Type: "order"}, {Name: "invoiced", Type: "invoice"}},
		}},
		SLAs:    slas,
		Sources: map[string]lineage.Source{"beating": {Name: "finance", Heartbeat: lineage.Duration(time.Minute)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func invoicedWithin(d time.Duration) lineage.SLA {
	return lineage.SLA{Name: "invoiced", Flow: "f", Subject: "order", Start: "booked", Stop: "invoiced", Target: lineage.Duration(d)}
}

func newRig(t testing.TB, slas ...lineage.SLA) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), cat: catalogue(t, slas...), store: &shelf{}, orders: make(map[string]*lineage.Execution), changed: make(map[string]uint64)}
	r.start()
	return r
}

// start starts a sweeper on the same ledger, and tells it everything, as the stitcher
// does after a start; or when it holds all up to the checkpoint, no more than it has to.
func (r *rig) start() {
	r.t.Helper()
	s, err := New(Config{Dir: r.dir, Patience: cmp.Or(r.patient, 3*time.Second), Readers: []string{"alerts"}, noSync: true, atOnce: r.atOnce, fail: r.fail}, Deps{
		Mark: r.mark, Heard: r.hears, Store: r.store,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Start(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	r.sweeper = s
	whole := !s.Holds(r.cat) || r.voids
	if r.voids {
		s.Void()
	}
	s.Anew(r.cat)
	for id, x := range r.orders {
		away := r.forgets && !x.Stages[2].DoneAt.IsZero()
		if whole || r.changed[id] > r.kept || !r.brief && !away {
			r.tell(x)
		}
	}
	s.Through(r.next())
}

// fail breaks a commit as the test has asked for.
func (r *rig) fail(committed bool) error {
	if !committed {
		r.tries.Add(1)
	}
	switch n := r.broken.Load(); {
	case n == 1 && !committed, n == 2 && committed:
		r.broken.Store(0)
		return errBroken
	case n == 3:
		return errBroken
	case n == 4 && committed:
		r.broken.Store(3)
	}
	return nil
}

var errBroken = errors.New("the commit failed")

// is sets what the sweeper asks for.
func (r *rig) is(set func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	set()
}

func (r *rig) hears() map[string]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard
}

// next is the number of the next block.
func (r *rig) next() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.block++
	return r.block
}

func (r *rig) mark() Mark {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := time.Now().Add(-r.behind)
	if !r.stuck.IsZero() && at.After(r.stuck) {
		at = r.stuck
	}
	return Mark{Block: r.block, At: at}
}

func (r *rig) tell(x *lineage.Execution) {
	r.tells++
	r.sweeper.Execution(lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor}, x)
}

// kill leaves the sweeper as a process that is killed does: nothing more comes
// into the ledger, and what was held in memory is gone.
func (r *rig) kill() {
	r.broken.Store(3)
	defer r.broken.Store(0)
	if err := r.sweeper.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
}

// ledgerIsClean holds that nothing is in the ledger twice, whoever reads it: neither
// under one identity, nor the same thing of one clock under two.
func (r *rig) ledgerIsClean() {
	r.t.Helper()
	all, err := r.sweeper.ledger.read(0, 1_000_000)
	if err != nil || len(all) == 0 {
		r.t.Fatalf("the ledger has %d transitions: %v", len(all), err)
	}
	ids, kinds := map[string]bool{}, map[string]bool{}
	for _, x := range all {
		kind := fmt.Sprint(x.Clock.Origin, x.Clock.SLA, x.Kind)
		if ids[x.ID] || kinds[kind] {
			r.t.Errorf("%s of %s is in the ledger twice", x.Kind, x.Clock.Origin)
		}
		ids[x.ID], kinds[kind] = true, true
	}
}

// stop ends the sweeper as the house does that is told to stop.
func (r *rig) stop() {
	if err := r.sweeper.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
	r.noteKept()
}

func (r *rig) order(id string) *lineage.Execution {
	x := r.orders[id]
	if x == nil {
		o := lineage.Object{Type: "order", ID: id}
		x = &lineage.Execution{
			Tenant: "default", Flow: "f", Anchor: o, State: lineage.StateOpen,
			Members: []lineage.Member{{Object: o, Amount: lineage.Money{Minor: 125_000, Currency: "EUR"}}},
			Stages:  []lineage.Stage{{Name: "won", Type: "opportunity"}, {Name: "booked", Type: "order"}, {Name: "invoiced", Type: "invoice"}},
		}
		r.orders[id] = x
	}
	return x
}

// booked tells that an order was booked at a time.
func (r *rig) booked(id string, at time.Time) {
	s := &r.order(id).Stages[1]
	s.DoneAt, s.Progress = at, []lineage.Progress{{Object: lineage.Object{Type: "order", ID: id}, DoneAt: at}}
	r.say(id)
}

func (r *rig) invoiced(id string, at time.Time) {
	r.order(id).Stages[2].DoneAt = at
	r.say(id)
}

// noteKept moves the checkpoint to what is kept.
func (r *rig) noteKept() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = max(r.kept, r.sweeper.Kept())
}

func (r *rig) say(id string) {
	block := r.next()
	r.mu.Lock()
	r.changed[id] = block
	r.mu.Unlock()
	r.tell(r.orders[id])
	r.sweeper.Through(block)
	r.noteKept()
}

// forget lets go of an order, if it is invoiced.
func (r *rig) forget(id string) {
	x := r.order(id)
	if !x.Stages[2].DoneAt.IsZero() {
		r.sweeper.Forget(lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor})
		r.sweeper.Through(r.next())
		r.noteKept()
	}
}

func (r *rig) verdict(id string) slo.Verdict {
	r.t.Helper()
	found, err := r.sweeper.ClocksOf(context.Background(), "default", []lineage.Object{{Type: "order", ID: id}})
	if err != nil || len(found) == 0 {
		r.t.Fatalf("order %s has no clock: %v", id, err)
	}
	return found[0].Verdict
}

// shelf is a store in memory.
type shelf struct {
	mu   sync.Mutex
	away bool
	rows map[string]slo.Transition
	told []slo.Transition // as they came, repeats too
}

func (s *shelf) SaveTransitions(_ context.Context, transitions []slo.Transition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errors.New("the store is away")
	}
	if s.rows == nil {
		s.rows = make(map[string]slo.Transition)
	}
	for _, t := range transitions {
		s.rows[t.ID] = t
		s.told = append(s.told, t)
	}
	return nil
}

// history is what was stored of one order, in order: "breached 1s".
func (s *shelf) history(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]bool{}
	var lines []string
	for _, t := range s.told {
		if t.Clock.Subject.ID != id || seen[t.ID] {
			continue
		}
		seen[t.ID] = true
		line := string(t.Kind)
		if t.Kind == slo.BreachKind {
			line += fmt.Sprint(" ", t.LateBy.Round(time.Millisecond))
		}
		if t.Provisional {
			line += " provisional"
		}
		lines = append(lines, line)
	}
	return lines
}
