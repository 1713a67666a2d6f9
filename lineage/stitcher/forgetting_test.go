package stitcher

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// witness is a listener that knows what it was told of every execution.
type witness struct {
	told    map[lineage.ExecutionRef]*lineage.Execution
	forgot  map[lineage.ExecutionRef]bool
	through uint64
}

func (w *witness) Anew(*lineage.Catalogue) {
	w.told, w.forgot = make(map[lineage.ExecutionRef]*lineage.Execution), make(map[lineage.ExecutionRef]bool)
}

func (w *witness) Execution(ref lineage.ExecutionRef, x *lineage.Execution) {
	delete(w.forgot, ref)
	if w.told[ref] = x; x == nil {
		delete(w.told, ref)
	}
}

func (w *witness) Forget(ref lineage.ExecutionRef) { w.forgot[ref] = true }
func (w *witness) Through(block uint64)            { w.through = block }
func (w *witness) Kept() uint64                    { return w.through }

// shop is a stitcher that is fed what its store gets too, a little earlier or later.
type shop struct {
	*Stitcher
	t        *testing.T
	dir      string
	cat      *lineage.Catalogue
	store    *shelf
	told     *witness
	resident int
	block    uint64
	stored   uint64
	waiting  []stored // for the store
	lives    int
}

func openShop(t *testing.T, cat *lineage.Catalogue, resident int) *shop {
	s := &shop{t: t, dir: t.TempDir(), cat: cat, store: newShelf(), resident: resident}
	s.open()
	return s
}

func (s *shop) open() {
	s.t.Helper()
	s.lives++
	s.told = &witness{}
	var err error
	s.Stitcher, err = New(Config{Dir: s.dir, Writer: "w", Tenant: logs.Tenant, Resident: s.resident}, Deps{
		Catalogue: s.cat, Store: s.store, Listener: s.told, Stored: func() uint64 { return s.stored },
	})
	if err == nil {
		err = s.Start(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
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
		s.store.events, s.waiting, s.stored = append(s.store.events, s.waiting...), nil, s.block
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

// histories is how many are tried of every kind.
func histories(t *testing.T) uint64 {
	if text := os.Getenv("THROUGHLINE_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 6
}

func TestAStitcherThatForgetsTellsTheSame(t *testing.T) {
	t.Parallel()
	for _, kind := range logs.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			recalled := 0
			for seed := range histories(t) {
				recalled += forgetAndCompare(t, logs.Write(kind.Small(seed)), seed)
			}
			if recalled == 0 {
				t.Error("nothing was let go of and asked for again")
			}
		})
	}
}

// forgetAndCompare runs a log through a stitcher that keeps hardly anything, whose store
// is away now and then, and which is restarted, and compares it with one that keeps all.
func forgetAndCompare(t *testing.T, log *logs.Log, seed uint64) (asked int) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(seed, 77))
		keeps, forgets := openShop(t, log.Catalogue, 1<<30), openShop(t, log.Catalogue, 10)
		defer func() {
			stop(t, keeps.Stitcher)
			stop(t, forgets.Stitcher)
		}()
		pass(time.Second)
		order := make([]int, 0, 2*len(log.Events))
		for i := range log.Events {
			for range 1 + random.IntN(2) {
				order = append(order, i)
			}
		}
		if random.IntN(2) == 0 {
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		for len(order) > 0 {
			n := min(len(order), 1+random.IntN(12))
			var events []lineage.Event
			for _, i := range order[:n] {
				events = append(events, log.Events[i])
			}
			order = order[n:]
			keeps.feed(true, events...)
			forgets.feed(random.IntN(3) > 0, events...)
			switch random.IntN(24) {
			case 0:
				forgets.store.setAway(true)
			case 1, 2:
				forgets.store.setAway(false)
			case 3:
				forgets.store.setAway(false)
				forgets.restart(random.IntN(2) == 0)
			case 4:
				forgets.store.setAway(false)
				pass(8 * time.Second)
				compareAnswers(t, seed, log, random, keeps, forgets)
			}
			pass(time.Duration(random.IntN(1500)) * time.Millisecond)
		}
		forgets.store.setAway(false)
		forgets.flow()
		pass(30 * time.Second)
		if diff := cmp.Diff(keeps.live(), forgets.live()); diff != "" {
			t.Fatalf("seed %d: stored by who keeps all and by who forgets (-keeps +forgets):\n%s", seed, diff)
		}
		if diff := cmp.Diff(keeps.told.last(), forgets.told.last()); diff != "" {
			t.Fatalf("seed %d: told by who keeps all and by who forgets (-keeps +forgets):\n%s", seed, diff)
		}
		for range 5 {
			compareAnswers(t, seed, log, random, keeps, forgets)
		}
		if a, b := overview(t, keeps), overview(t, forgets); a != b {
			t.Fatalf("seed %d: the first page says\n%s\nand of who forgets\n%s", seed, a, b)
		}
		if forgets.lives == 1 && len(forgets.store.quarantine) != len(keeps.store.quarantine) {
			t.Fatalf("seed %d: %d events were set aside; want %d", seed, len(forgets.store.quarantine), len(keeps.store.quarantine))
		}
		asked = forgets.store.asked
	})
	return asked
}

func overview(t *testing.T, s *shop) string {
	t.Helper()
	flows, err := s.Overview(t.Context(), logs.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, f := range flows {
		text += fmt.Sprint(f.Flow, f.Total, f.Unanchored, f.Stages, "\n")
	}
	return text
}

// compareAnswers asks both about an object of the log.
func compareAnswers(t *testing.T, seed uint64, log *logs.Log, random *rand.Rand, keeps, forgets *shop) {
	t.Helper()
	e := &log.Events[random.IntN(len(log.Events))]
	if len(e.Refs) == 0 {
		return
	}
	o := e.Refs[random.IntN(len(e.Refs))].Object
	if !slices.Contains(log.Catalogue.Joining(), o.Type) {
		return // of these the latest are told
	}
	ask := func(s *shop) (lineage.Answer, []lineage.Match) {
		a, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: logs.Tenant, Type: o.Type, ID: o.ID})
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Search(t.Context(), logs.Tenant, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		m = slices.DeleteFunc(m, func(m lineage.Match) bool { return !slices.Contains(log.Catalogue.Joining(), m.Object.Type) })
		return a, m
	}
	wantAnswer, wantMatches := ask(keeps)
	answer, matches := ask(forgets)
	if diff := cmp.Diff(wantAnswer, answer) + cmp.Diff(wantMatches, matches); diff != "" {
		t.Fatalf("seed %d: %s is asked for (-keeps +forgets):\n%s", seed, o, diff)
	}
}
