package stitcher

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
)

// paid is an order with its invoice, which completes it.
func paid(order int) []lineage.Event {
	at := time.Now()
	return []lineage.Event{
		event(fmt.Sprint("o", order), fmt.Sprint("order/", order), at),
		event(fmt.Sprint("i", order), fmt.Sprint("invoice/", order), at, fmt.Sprint("order/", order)),
	}
}

// inMemory is how many events the graph holds.
func (s *shop) inMemory() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.graph.Len()
}

func TestClosedExecutionsLeaveMemoryAndOpenOnesStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 20)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		for i := range 40 {
			s.feed(true, event(fmt.Sprint("open", i), fmt.Sprint("order/", 1000+i), time.Now()))
		}
		for i := range 30 {
			s.feed(true, paid(i)...)
		}
		pass(5 * time.Second)
		if got := testutil.ToFloat64(s.metrics.resident); got != 40 {
			t.Errorf("%v events are resident; want those of the 40 open orders", got)
		}
		if len(s.told.forgot) != 30 {
			t.Errorf("the listener was told that %d executions are let go of; want the 30 paid orders", len(s.told.forgot))
		}
		a, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: "default", Type: "invoice", ID: "7"})
		if err != nil || len(a.Executions) != 1 || len(a.Executions[0].Events) != 2 {
			t.Fatalf("an invoice that left memory: %+v, %v", a, err)
		}
	})
}

func TestWhatIsNotStoredDoesNotLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 2)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		for i := range 10 {
			s.feed(false, paid(i)...) // the store takes executions, and the events are on their way
		}
		pass(5 * time.Second)
		if got := testutil.ToFloat64(s.metrics.resident); got != 20 {
			t.Errorf("%v events are resident; want all 20, which the store has not", got)
		}
		s.flow()
		pass(5 * time.Second)
		if got := testutil.ToFloat64(s.metrics.resident); got > 2 {
			t.Errorf("%v events are resident; want at most 2", got)
		}
	})
}

func TestEventsWaitForWhatOnlyAStoreThatIsAwayHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 1)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		s.feed(true, paid(7)...)
		pass(5 * time.Second)
		s.store.setAway(true)
		s.feed(false, event("late", "invoice/8", time.Now(), "order/7"), event("new", "order/9", time.Now()))
		pass(5 * time.Second)
		if s.told.through.Load() >= s.block {
			t.Error("it says that all is told, and an event waits")
		}
		if a, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: "default", Type: "order", ID: "9"}); err != nil || len(a.Executions) != 1 {
			t.Errorf("an order that is here must not wait: %v, %v", a, err)
		}
		if _, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: "default", Type: "order", ID: "7"}); lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("an answer without what only the store has: %v", err)
		}
		s.store.setAway(false)
		pass(5 * time.Second)
		s.flow()
		if s.told.through.Load() != s.block {
			t.Errorf("told is up to block %d; want %d", s.told.through.Load(), s.block)
		}
		if x := s.told.told[order7]; x == nil || len(x.Members) != 3 {
			t.Errorf("the order with its late invoice was told as %+v", x)
		}
	})
}

func TestAStartTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf()
		store.events = []stored{{1, event("a", "order/7", time.Now())}, {2, event("b", "order/8", time.Now())}}
		store.broken = true
		s := start(t, t.TempDir(), store)
		defer stop(t, s)
		pass(time.Second)
		if _, err := s.Search(t.Context(), "default", "7"); err == nil || !strings.Contains(err.Error(), "0 of 2 events are read") {
			t.Errorf("it says %v", err)
		}
		store.mu.Lock()
		store.broken = false
		store.mu.Unlock()
		pass(10 * time.Second)
		if read, total := s.Rebuilding(); read != 2 || total != 2 {
			t.Errorf("%d of %d are read", read, total)
		}
	})
}

func TestWhatAQuestionBringsBackLeavesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 20)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		for i := range 200 {
			s.feed(true, paid(i)...)
		}
		pass(10 * time.Second)
		for i := range 200 {
			if m, err := s.Search(t.Context(), "default", fmt.Sprint(i)); err != nil || len(m) != 2 {
				t.Fatalf("%d: %v, %v", i, m, err)
			}
		}
		if got := s.inMemory(); got < 300 {
			t.Fatalf("%d events are resident; want those that were asked for", got)
		}
		pass(10 * time.Minute)
		if got := s.inMemory(); got > 20 {
			t.Errorf("%d events are resident; want at most 20", got)
		}
	})
}

func TestALostCheckpointHasAllWrittenAnewAndNotAllInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 20)
		pass(time.Second)
		for i := range 200 {
			s.feed(true, paid(i)...)
		}
		pass(10 * time.Second)
		stop(t, s.Stitcher)
		if err := os.Remove(filepath.Join(s.dir, checkpointFile)); err != nil {
			t.Fatal(err)
		}
		s.store.mu.Lock()
		s.store.writes = 0
		s.store.mu.Unlock()
		s.open()
		defer stop(t, s.Stitcher)
		pass(10 * time.Second)
		s.mu.Lock()
		fed := s.fed
		s.mu.Unlock()
		s.store.mu.Lock()
		writes := s.store.writes
		s.store.mu.Unlock()
		if got := s.inMemory(); got > 20 || writes != 200 || fed != s.block {
			t.Errorf("%d events are resident, %d rows were written, fed is up to %d; want at most 20, 200 and %d", got, writes, fed, s.block)
		}
	})
}
