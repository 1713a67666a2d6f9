package stitcher

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

// openOrders is a shop with open orders that name an invoice which has not come; its life
// has ended.
func openOrders(t *testing.T, orders int, also ...lineage.Event) *shop {
	t.Helper()
	s := openShop(t, catalogue(t), 1<<20)
	pass(time.Second)
	for i := range orders {
		o := event(fmt.Sprint("o", i), fmt.Sprint("order/", i), time.Now(), fmt.Sprint("invoice/", i))
		o.Correlation = fmt.Sprint("c", i)
		s.feed(true, o)
	}
	for _, e := range also {
		s.feed(true, e)
	}
	pass(5 * time.Second)
	return s
}

func (s *shop) absent(flow string) lineage.AbsentPage {
	s.t.Helper()
	page, err := s.Absent(s.t.Context(), lineage.AbsentQuery{Tenant: "default", Flow: flow, Limit: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	return page
}

// left tells whether this life began with everything in the store.
func (s *shop) left() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.graph.Forgot()
}

func TestAStartLeavesEverythingInTheStoreAndTellsTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openOrders(t, 20)
		first, err := s.Overview(t.Context(), "default")
		if err != nil {
			t.Fatal(err)
		}
		missing := s.absent("")
		s.restart(false)
		defer func() { stop(t, s.Stitcher) }()
		if n := s.inMemory(); n != 0 || s.store.begun != 1 {
			t.Fatalf("%d events are in memory after %d such starts; want none, after one", n, s.store.begun)
		}
		again, err := s.Overview(t.Context(), "default")
		if diff := cmp.Diff(first, again); err != nil || diff != "" {
			t.Errorf("the first page: %v, %s", err, diff)
		}
		if diff := cmp.Diff(missing.Absent, s.absent("").Absent); diff != "" || len(missing.Absent) != 20 {
			t.Errorf("what has not come: %s", diff)
		}
		s.feed(true, event("i7", "invoice/7", time.Now(), "order/7"))
		pass(2 * time.Second)
		x := s.told.told[lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: lineage.Object{Type: "order", ID: "7"}}]
		if x == nil || len(x.Events) != 2 || x.State != lineage.StateCompleted {
			t.Errorf("order 7 with its invoice is %+v", x)
		}
		if n := s.inMemory(); n != 2 {
			t.Errorf("%d events are in memory; want the two of order 7", n)
		}
		if n := len(s.absent("").Absent); n != 19 {
			t.Errorf("%d invoices have not come; want 19", n)
		}
	})
}

func TestWhatTheBuiltInFlowMissesIsCountedAsLeftOutAfterAStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		widget := event("w", "order/77", time.Now(), "widget/W-1")
		widget.Correlation = "c77"
		s := openOrders(t, 1, widget)
		if n := len(s.absent("").Absent); n != 2 {
			t.Fatalf("%d objects have not come; want the invoice and the widget", n)
		}
		s.restart(false)
		defer func() { stop(t, s.Stitcher) }()
		page := s.absent("")
		if len(page.Absent) != 1 || page.More != 1 {
			t.Errorf("after a start %d are listed and %d left out; want the invoice, and that one is left out", len(page.Absent), page.More)
		}
	})
}

func TestAStartReadsAllWhereThatIsFasterOrHasToBe(t *testing.T) {
	t.Parallel()
	chain := func(n int) (all []lineage.Event) {
		for i := range n {
			e := event(fmt.Sprint("chained", i), fmt.Sprint("order/", 1000+i), time.Now())
			e.Causation = fmt.Sprint("chained", i-1)
			all = append(all, e)
		}
		return all
	}
	for name, c := range map[string]struct {
		also  []lineage.Event
		spoil func(*shop)
		left  bool
	}{
		"there is a chain":                            {also: chain(3), left: true},
		"the chains are most of it":                   {also: chain(30), spoil: func(s *shop) { s.unsettled = 10 }},
		"the listener does not hold what it was told": {spoil: func(s *shop) { s.told.past = nil }},
		"the executions do not say what they await": {spoil: func(s *shop) {
			file := filepath.Join(s.dir, checkpointFile)
			raw, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, []byte(strings.Replace(string(raw), `"format":2`, `"format":1`, 1)), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}},
		"another catalogue is in force": {spoil: func(s *shop) { s.cat = billing(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := openOrders(t, 5, c.also...)
				stop(t, s.Stitcher)
				if c.spoil != nil {
					c.spoil(s)
				}
				s.again()
				defer func() { stop(t, s.Stitcher) }()
				if s.left() != c.left {
					t.Errorf("it began with everything in the store: %v", s.left())
				}
				if n, want := s.inMemory(), len(c.also); c.left && n != want {
					t.Errorf("%d events are in memory; want the %d on the chain", n, want)
				}
			})
		})
	}
}
