package stitcher

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
	"throughline/lineage/logs"
)

func TestOfWhatHoldsNothingTogetherTheLatestIsTold(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		if p.random.IntN(10) == 0 {
			p.calm()
			for range 4 {
				p.compareLatest(p.object())
			}
		}
	})
}

// compareLatest asks both about an object that holds nothing together: who forgets tells
// nothing else than who keeps all, and at least what the latest events are of.
func (p *pair) compareLatest(o lineage.Object) {
	p.t.Helper()
	if slices.Contains(p.cat.Joining(), o.Type) {
		return
	}
	all, allFound := p.ask(p.keeps, o)
	some, someFound := p.ask(p.forgets, o)
	latest := p.latest(o)
	if len(latest) > 20 {
		return // who keeps all does not tell all either: at most 100, and some of them several times
	}
	p.within(o, executions(all), executions(some), func(ref lineage.ExecutionRef) bool { return p.touches(ref, latest) })
	for _, m := range allFound {
		at := slices.IndexFunc(someFound, func(n lineage.Match) bool { return n.Object == m.Object })
		if m.Object.Type != o.Type {
			continue
		}
		if at < 0 {
			p.t.Fatalf("seed %d: %s is not found by who forgets", p.seed, m.Object)
		}
		p.within(o, m.Executions, someFound[at].Executions, func(ref lineage.ExecutionRef) bool { return p.touches(ref, latest) })
	}
}

// within fails unless some are among all, with those that must be.
func (p *pair) within(o lineage.Object, all, some []lineage.ExecutionRef, must func(lineage.ExecutionRef) bool) {
	p.t.Helper()
	for _, ref := range some {
		if !slices.Contains(all, ref) {
			p.t.Fatalf("seed %d: of %s who forgets tells %v, which is none of it", p.seed, o, ref)
		}
	}
	for _, ref := range all {
		if must(ref) && !slices.Contains(some, ref) {
			p.t.Fatalf("seed %d: of %s who forgets does not tell %v, which one of its latest events is of; it tells %d of %d", p.seed, o, ref, len(some), len(all))
		}
	}
	if len(all) > 0 && len(some) == 0 {
		p.t.Fatalf("seed %d: of %s nothing is told by who forgets", p.seed, o)
	}
}

func executions(a lineage.Answer) (refs []lineage.ExecutionRef) {
	for _, x := range append(slices.Clone(a.Executions), a.Unanchored...) {
		refs = append(refs, lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor})
	}
	return refs
}

// latest are the events that named an object last.
func (p *pair) latest(o lineage.Object) map[string]bool {
	found, _, err := p.forgets.store.Find(p.t.Context(), logs.Tenant, o.ID, maxNaming, "")
	if err != nil {
		p.t.Fatal(err)
	}
	events := make(map[string]bool)
	for _, f := range found {
		events[f.EventID] = true
	}
	return events
}

// touches tells whether an execution has one of some events.
func (p *pair) touches(ref lineage.ExecutionRef, events map[string]bool) bool {
	x := p.keeps.told.told[ref]
	return x != nil && slices.ContainsFunc(x.Events, func(e *lineage.Event) bool { return events[e.ID] })
}

func TestOneMoreEventOfAHubThatHoldsNothingRecallsHardlyAnything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 50)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		const orders = 500
		for i := range orders {
			order := fmt.Sprint("order/", i+1)
			s.feed(true, event(fmt.Sprint("o", i), order, time.Now(), "warehouse/HUB"), event(fmt.Sprint("i", i), fmt.Sprint("invoice/", i+1), time.Now(), order))
			pass(100 * time.Millisecond)
		}
		pass(30 * time.Second)
		if left := testutil.ToFloat64(s.metrics.forgotten); left < orders-50 {
			t.Fatalf("%v executions have left; want nearly all", left)
		}
		before := testutil.ToFloat64(s.metrics.recalled)
		s.feed(true, event("one", "order/one", time.Now(), "warehouse/HUB"))
		s.feed(true, event("late", "invoice/more", time.Now(), "order/7", "warehouse/HUB"))
		pass(5 * time.Second)
		if recalled := testutil.ToFloat64(s.metrics.recalled) - before; recalled > 20 {
			t.Errorf("%v events came back for two that name the hub", recalled)
		}
		found, err := s.Search(t.Context(), "default", "HUB")
		if err != nil || len(found) != 1 || len(found[0].Executions) == 0 {
			t.Errorf("of the hub is found: %v, %v", found, err)
		}
	})
}

func TestWhoAsksForTheNameOfACustomerIsToldOfItAsBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 10)
		defer stop(t, s.Stitcher)
		pass(time.Second)
		for i := range 30 {
			order, customer := fmt.Sprint("order/", i+1), "customer/C"
			if i >= 10 { // nothing that is here names C any more
				customer = "customer/D"
			}
			s.feed(true, event(fmt.Sprint("o", i), order, time.Now(), customer), event(fmt.Sprint("i", i), fmt.Sprint("invoice/", i+1), time.Now(), order))
			pass(500 * time.Millisecond)
		}
		pass(10 * time.Second)
		s.feed(true, event("open", "order/open", time.Now(), "customer/C"))
		pass(500 * time.Millisecond)
		if _, _, err := s.Canonical(t.Context(), "default", lineage.Object{Type: "customer", ID: "C"}); err != nil {
			t.Fatal(err)
		}
		a, err := s.Lookup(t.Context(), lineage.ObjectQuery{Tenant: "default", Type: "customer", ID: "C"})
		if err != nil || len(a.Executions) != 11 {
			t.Errorf("%v: %d executions are told; want 11", err, len(a.Executions))
		}
	})
}
