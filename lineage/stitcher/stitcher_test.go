package stitcher

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
)

func catalogue(t *testing.T) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{{
		Name: "quote-to-cash", Anchor: "order", Ranks: map[string]int{"quote": -1, "order": 0, "invoice": 2},
		Stages: []lineage.StageRule{{Name: "ordered", Type: "order"}, {Name: "invoiced", Type: "invoice"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// billing is another catalogue: its one flow is anchored by invoices.
func billing(t *testing.T) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{{
		Name: "billing", Anchor: "invoice", Ranks: map[string]int{"order": -1, "invoice": 0},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func event(id, subject string, at time.Time, refs ...string) lineage.Event {
	e := lineage.Event{Tenant: "default", Source: "erp", ID: id, Time: at, Hash: uint64(len(id))}
	object := func(s string) lineage.Object {
		var o lineage.Object
		for i := range s {
			if s[i] == '/' {
				o.Type, o.ID = s[:i], s[i+1:]
			}
		}
		return o
	}
	e.Refs = append(e.Refs, lineage.Ref{Object: object(subject), Role: lineage.Subject})
	for _, r := range refs {
		e.Refs = append(e.Refs, lineage.Ref{Object: object(r), Role: "bills"})
	}
	return e
}

func start(t *testing.T, dir string, store Store) *Stitcher {
	t.Helper()
	s, err := New(Config{Dir: dir, Writer: "w"}, Deps{Catalogue: catalogue(t), Store: store})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func stop(t *testing.T, s *Stitcher) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func feed(t *testing.T, s *Stitcher, block uint64, events ...lineage.Event) {
	t.Helper()
	if err := s.Events(t.Context(), block, events); err != nil {
		t.Fatal(err)
	}
}

var order7 = lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: lineage.Object{Type: "order", ID: "7"}}

func TestAnEventIsSeenAtOnceAndStoredWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf()
		s := start(t, t.TempDir(), store)
		defer stop(t, s)
		changes, cancel := s.Subscribe("default")
		defer cancel()
		began := time.Now()
		feed(t, s, 1, event("a", "order/7", began), event("b", "invoice/9", began, "order/7"))
		change := <-changes
		if took := time.Since(began); took > 100*time.Millisecond || !slices.Contains(change.Executions, order7) {
			t.Fatalf("after %v: %v", took, change)
		}
		found, err := s.Search(t.Context(), "default", " 9 ")
		if err != nil || len(found) != 1 || found[0].Object.Type != "invoice" || found[0].Executions[0] != order7 {
			t.Fatalf("search: %v, %v", found, err)
		}
		pass(1100 * time.Millisecond)
		synctest.Wait()
		if x := store.rows[order7].x; x == nil || x.State != lineage.StateCompleted || len(x.Members) != 2 {
			t.Errorf("stored %+v", x)
		}
		if s.Checkpoint() != 1 {
			t.Errorf("checkpoint %d; want 1", s.Checkpoint())
		}
	})
}

func TestTheCheckpointWaitsWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf()
		s := start(t, t.TempDir(), store)
		defer stop(t, s)
		feed(t, s, 1, event("a", "order/7", time.Now()))
		store.setAway(true)
		pass(10 * time.Second)
		if s.Checkpoint() != 0 {
			t.Fatalf("checkpoint %d while nothing could be stored", s.Checkpoint())
		}
		if a, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: "default", Type: "order", ID: "7"}); err != nil || len(a.Executions) != 1 {
			t.Fatalf("the resident state must go on answering: %v, %v", a, err)
		}
		store.setAway(false)
		pass(2 * time.Second)
		if s.Checkpoint() != 1 || store.rows[order7].x == nil {
			t.Errorf("checkpoint %d, row %+v", s.Checkpoint(), store.rows[order7])
		}
	})
}

func TestARestartRebuildsWhatWasStoredAndWritesOnlyWhatWasNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, store := t.TempDir(), newShelf()
		began := time.Now()
		s := start(t, dir, store)
		first := event("a", "order/7", began)
		feed(t, s, 1, first)
		stop(t, s)
		late := event("bb", "order/8", began)
		store.events = []stored{{1, first}, {2, late}} // block 2 was stored, but the process died before it was stitched
		store.writes = 0
		store.setAway(true)
		s = start(t, dir, store)
		defer stop(t, s)
		if _, err := s.Search(t.Context(), "default", "7"); lineage.KindOf(err) != lineage.Unavailable {
			t.Fatalf("an answer from half a state: %v", err)
		}
		store.setAway(false)
		pass(10 * time.Second)
		page, err := s.List(t.Context(), lineage.ListQuery{Tenant: "default", Limit: 10})
		if err != nil || len(page.Executions) != 2 {
			t.Fatalf("%v, %v", page, err)
		}
		if store.writes != 1 || s.Checkpoint() != 2 {
			t.Errorf("%d rows written, checkpoint %d; want 1 row and 2", store.writes, s.Checkpoint())
		}
	})
}

func TestTheLoserOfAnIdentityIsSetAsideOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf()
		s := start(t, t.TempDir(), store)
		defer stop(t, s)
		old := event("a", "order/7", time.Now())
		corrected := old
		corrected.Hash, corrected.Recorded, corrected.Stage = 99, time.Now(), "ordered"
		feed(t, s, 1, old, corrected, old)
		feed(t, s, 2, old)
		pass(3 * time.Second)
		synctest.Wait()
		if len(store.quarantine) != 1 {
			t.Fatalf("%d entries: %v", len(store.quarantine), store.quarantine)
		}
	})
}

func TestAListIsPagedWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.TempDir(), newShelf())
		defer stop(t, s)
		began := time.Now()
		for i := range 25 {
			feed(t, s, uint64(i+1), event(fmt.Sprint("e", i), fmt.Sprint("order/", i+1), began.Add(time.Duration(i/3)*time.Second)))
		}
		pass(time.Second)
		var seen []string
		for cursor := ""; ; {
			page, err := s.List(t.Context(), lineage.ListQuery{Tenant: "default", Flow: "quote-to-cash", State: lineage.StateOpen, Limit: 7, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Executions {
				seen = append(seen, row.Anchor.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 25 || seen[0] != "25" {
			t.Fatalf("pages hold %v", seen)
		}
		slices.Sort(seen)
		if len(slices.Compact(seen)) != 25 {
			t.Error("a row came twice")
		}
		for name, q := range map[string]lineage.ListQuery{
			"a foreign cursor": {Tenant: "default", Limit: 1, Cursor: "x"},
			"no limit":         {Tenant: "default"},
			"an unknown flow":  {Tenant: "default", Limit: 1, Flow: "nowhere"},
		} {
			if _, err := s.List(t.Context(), q); lineage.KindOf(err) != lineage.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestTheOverviewCountsStagesAndLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.TempDir(), newShelf())
		defer stop(t, s)
		now := time.Now()
		for i := range 4 {
			feed(t, s, 1, event(fmt.Sprint("o", i), fmt.Sprint("order/", i+1), now))
		}
		for i := range 3 {
			e := event(fmt.Sprint("inv", i), fmt.Sprint("invoice/", i+1), now.Add(time.Duration(i+1)*time.Second), fmt.Sprint("order/", i+1))
			feed(t, s, 1, e)
		}
		feed(t, s, 1, event("q", "quote/1", now))
		pass(5 * time.Second)
		flows, err := s.Overview(t.Context(), "default")
		if err != nil || len(flows) != 1 {
			t.Fatalf("%v, %v", flows, err)
		}
		o := flows[0]
		if o.Total != 4 || o.Unanchored != 1 || o.Stages[0] != (lineage.StageCount{Stage: "ordered", Open: 1}) ||
			o.Stages[1] != (lineage.StageCount{Stage: "invoiced", Completed: 3}) {
			t.Errorf("overview %+v", o)
		}
		if o.Latency != (lineage.Latency{Samples: 3, P50: 2 * time.Second, P95: 3 * time.Second, Max: 3 * time.Second}) {
			t.Errorf("latency %+v", o.Latency)
		}
	})
}

func TestASlowSubscriberIsNotWaitedForAndLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.TempDir(), newShelf())
		changes, cancel := s.Subscribe("default")
		defer cancel()
		for i := range 50 {
			feed(t, s, uint64(i+1), event(fmt.Sprint("e", i), fmt.Sprint("order/", i+1), time.Now()))
			pass(200 * time.Millisecond)
		}
		seen := map[lineage.ExecutionRef]bool{}
		for len(seen) < 50 {
			for _, ref := range (<-changes).Executions {
				seen[ref] = true
			}
		}
		stop(t, s)
		if _, open := <-changes; open {
			t.Error("a stopped stitcher must close its subscriptions")
		}
	})
}

func TestTheMetricsCountWhatHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		s, err := New(Config{Dir: t.TempDir(), Writer: "w"}, Deps{Catalogue: catalogue(t), Store: newShelf(), Registerer: registry})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		feed(t, s, 1, event("a", "order/7", time.Now()))
		stop(t, s)
		for metric, want := range map[prometheus.Collector]float64{
			s.metrics.events: 1, s.metrics.recomputed: 1, s.metrics.written: 1, s.metrics.resident: 1, s.metrics.failures: 0,
		} {
			if got := testutil.ToFloat64(metric); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	})
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}, Deps{Store: newShelf()}); err == nil {
		t.Error("a stitcher without a catalogue")
	}
	if _, err := New(Config{}, Deps{Catalogue: catalogue(t)}); err == nil {
		t.Error("a stitcher without a store")
	}
}

// pass lets virtual time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
