package stitcher

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// witness is a listener that knows what it was told of every execution, and keeps it
// from life to life.
type witness struct {
	told    map[lineage.ExecutionRef]*lineage.Execution
	forgot  map[lineage.ExecutionRef]bool
	at      map[lineage.ExecutionRef]uint64 // the block as of which it was told last
	news    []lineage.ExecutionRef          // since the last block
	by      string                          // hash of the catalogue by which all was told
	begun   string                          // by which it is being told
	past    []memoir                        // what was told up to a block
	through atomic.Uint64
	settled uint64
	lag     uint64 // how many blocks it keeps later than it is told of them
	fault   string
}

type memoir struct {
	block uint64
	by    string
	told  map[lineage.ExecutionRef]*lineage.Execution
	at    map[lineage.ExecutionRef]uint64
}

// reborn is the witness of the next life: it knows what it had kept, or a little more.
func (w *witness) reborn(random *rand.Rand) *witness {
	next := &witness{
		lag: w.lag, settled: w.settled, told: make(map[lineage.ExecutionRef]*lineage.Execution), at: make(map[lineage.ExecutionRef]uint64), forgot: make(map[lineage.ExecutionRef]bool),
	}
	kept := w.Kept()
	for i, m := range w.past {
		if m.block >= kept && (i == len(w.past)-1 || random.IntN(2) == 0) {
			next.by, next.told, next.at, next.past = m.by, maps.Clone(m.told), maps.Clone(m.at), []memoir{m}
			maps.DeleteFunc(next.at, func(_ lineage.ExecutionRef, at uint64) bool { return at <= w.settled })
			break
		}
	}
	return next
}

func (w *witness) Anew(cat *lineage.Catalogue) {
	if w.begun = cat.Hash(); w.by != w.begun {
		w.by, w.told, w.at = "", make(map[lineage.ExecutionRef]*lineage.Execution), make(map[lineage.ExecutionRef]uint64)
	}
	w.forgot = make(map[lineage.ExecutionRef]bool)
}

func (w *witness) Holds(cat *lineage.Catalogue) bool { return w.by == cat.Hash() }

func (w *witness) Settled(block uint64) {
	maps.DeleteFunc(w.at, func(_ lineage.ExecutionRef, at uint64) bool { return at <= block })
	w.settled = block
}

func (w *witness) Void() { w.by = "" }

func (w *witness) Ahead(block uint64) (refs []lineage.ExecutionRef, err error) {
	if block > 0 && block < w.settled {
		w.fault = fmt.Sprintf("asked of block %d, and %d was settled", block, w.settled)
	}
	for ref, at := range w.at {
		if at > block {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

func (w *witness) Execution(ref lineage.ExecutionRef, x *lineage.Execution) {
	w.news = append(w.news, ref)
	delete(w.forgot, ref)
	if w.told[ref] = x; x == nil {
		delete(w.told, ref)
	}
}

func (w *witness) Forget(ref lineage.ExecutionRef) {
	if w.forgot[ref] = true; w.told[ref] == nil {
		w.fault = fmt.Sprintf("%v is let go of and was never told", ref)
	}
}

func (w *witness) Through(block uint64) {
	w.by = w.begun
	for _, ref := range w.news {
		w.at[ref] = block
	}
	w.news = nil
	w.through.Store(max(w.through.Load(), block))
	w.past = slices.DeleteFunc(w.past, func(m memoir) bool { return m.block < w.Kept() })
	w.past = append(w.past, memoir{block, w.by, maps.Clone(w.told), maps.Clone(w.at)})
}

func (w *witness) Kept() uint64 { return w.through.Load() - min(w.lag, w.through.Load()) }

// shop is a stitcher that is fed what its store gets too, a little earlier or later.
type shop struct {
	*Stitcher
	t         *testing.T
	dir       string
	cat       *lineage.Catalogue
	store     *depot
	told      *witness
	resident  int
	block     uint64
	stored    atomic.Uint64
	waiting   []stored // for the store
	lives     int
	random    *rand.Rand
	unsettled uint64
	lag       uint64 // of the witness
	begun     uint64 // the checkpoint that this life began with
	doubt     bool   // events are being mapped anew
}

func openShop(t *testing.T, cat *lineage.Catalogue, resident int) *shop {
	s := &shop{t: t, dir: t.TempDir(), cat: cat, store: newDepot(), resident: resident, told: &witness{}, random: rand.New(rand.NewPCG(1, 1))}
	s.open()
	return s
}

func (s *shop) open() {
	s.t.Helper()
	s.lives++
	s.told.lag = s.lag
	s.told = s.told.reborn(s.random)
	var err error
	s.Stitcher, err = New(Config{Dir: s.dir, Writer: "w", Tenant: logs.Tenant, Resident: s.resident, unsettled: s.unsettled}, Deps{
		Catalogue: s.cat, Store: s.store, Listener: s.told, Stored: s.stored.Load,
		Recorder: clerk{s},
	})
	if err == nil {
		err = s.Start(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.begun = s.Checkpoint()
}

// feed takes a block, and what waits for the store may reach it.
func (s *shop) feed(reaches bool, events ...lineage.Event) {
	s.t.Helper()
	s.block++
	for _, e := range events {
		s.waiting = append(s.waiting, stored{s.block, e})
	}
	if reaches {
		s.flow()
	}
	if err := s.Events(s.t.Context(), s.block, slices.Clone(events)); err != nil {
		s.t.Fatal(err)
	}
}

// flow brings what waits into the store, unless that is away.
func (s *shop) flow() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if !s.store.away {
		s.store.events, s.waiting = append(s.store.events, s.waiting...), nil
		s.stored.Store(s.block)
	}
}

// restart ends a life, in order or not, and begins the next. What the store did not have
// is fed again by the journal.
func (s *shop) restart(killed bool) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	if killed {
		cancel()
	}
	if err := s.Stop(ctx); err != nil {
		s.t.Fatal(err)
	}
	cancel()
	s.again()
}

// cut ends a life as a power cut does, and begins the next.
func (s *shop) cut() {
	s.t.Helper()
	s.cancel()
	<-s.done
	s.hub.close()
	s.store.setAway(false)
	s.again()
}

func (s *shop) again() {
	s.t.Helper()
	if s.doubt {
		if err := Doubt(s.dir, "w"); err != nil {
			s.t.Fatal(err)
		}
	}
	replay := s.waiting
	s.waiting = nil
	s.open()
	pass(10 * time.Second)
	for from := 0; from < len(replay); {
		to := from
		var events []lineage.Event
		for ; to < len(replay) && replay[to].block == replay[from].block; to++ {
			events = append(events, replay[to].event)
		}
		if err := s.Events(s.t.Context(), replay[from].block, events); err != nil {
			s.t.Fatal(err)
		}
		from = to
	}
	s.waiting = replay
}

// live are the executions as they are stored.
func (s *shop) live() map[string]*lineage.Execution {
	rows := make(map[string]*lineage.Execution)
	for ref, r := range s.store.rows {
		if r.x != nil {
			rows[ref.Flow+" "+ref.Anchor.String()] = r.x
		}
	}
	return rows
}

func (w *witness) last() map[string]*lineage.Execution {
	rows := make(map[string]*lineage.Execution)
	for ref, x := range w.told {
		rows[ref.Flow+" "+ref.Anchor.String()] = x
	}
	return rows
}

// histories is how many are tried of every kind: some, unless it is said otherwise.
func histories(t *testing.T, some uint64) uint64 {
	if text := os.Getenv("THROUGHLINE_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return some
}

func TestAStitcherThatForgetsTellsTheSame(t *testing.T) {
	t.Parallel()
	everyHistory(t, 2, func(*pair) {})
}

// clerk records decisions: each is stored, and fed as a block of its own.
type clerk struct{ *shop }

func (c clerk) Decide(_ context.Context, d lineage.Decision) error {
	raw, err := d.CloudEvent()
	if err != nil {
		return err
	}
	ce, err := lineage.ParseCloudEvent(raw)
	if err != nil {
		return err
	}
	e, err := lineage.FromDecision(d.Tenant, &ce, time.Now())
	if err == nil {
		c.feed(true, e)
	}
	return err
}
