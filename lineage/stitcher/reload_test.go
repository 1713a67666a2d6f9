package stitcher

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

var (
	byOrder   = []string{"quote-to-cash order/7"}
	byInvoice = []string{"billing invoice/9"}
)

func TestAnotherCatalogueReplacesTheExecutionsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, store := t.TempDir(), newShelf()
		s := start(t, dir, store)
		defer stop(t, s)
		feed(t, s, 1, event("a", "order/7", time.Now()), event("b", "invoice/9", time.Now(), "order/7"))
		pass(2 * time.Second)
		if diff := cmp.Diff(byOrder, store.live()); diff != "" {
			t.Fatal(diff)
		}
		changes, cancel := s.Subscribe("default")
		defer cancel()
		if err := s.Reload(t.Context(), billing(t)); err != nil {
			t.Fatal(err)
		}
		if change := <-changes; !slices.Contains(change.Executions, order7) || len(change.Executions) != 2 {
			t.Errorf("told %v; want what came and what went", change.Executions)
		}
		feed(t, s, 2, event("c", "order/8", time.Now()))
		pass(2 * time.Second)
		if diff := cmp.Diff(append(byInvoice, "billing order/8"), store.live()); diff != "" {
			t.Error(diff)
		}
		if page, err := s.List(t.Context(), lineage.ListQuery{Tenant: "default", Flow: "billing", Limit: 10}); err != nil || len(page.Executions) != 2 {
			t.Errorf("%v, %v", page, err)
		}
	})
}

func TestARestartWithAnotherCatalogueReplacesTheExecutions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, store := t.TempDir(), newShelf()
		order, invoice := event("a", "order/7", time.Now()), event("b", "invoice/9", time.Now(), "order/7")
		store.events = []stored{{1, order}, {1, invoice}}
		s := start(t, dir, store)
		feed(t, s, 1, order, invoice)
		stop(t, s)
		for _, step := range []struct {
			cat    *lineage.Catalogue
			want   []string
			writes int
		}{{billing(t), byInvoice, 1}, {billing(t), byInvoice, 0}, {catalogue(t), byOrder, 1}} {
			store.writes = 0
			s, err := New(Config{Dir: dir, Writer: "w"}, Deps{Catalogue: step.cat, Store: store})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			pass(2 * time.Second)
			stop(t, s)
			if diff := cmp.Diff(step.want, store.live()); diff != "" || store.writes != step.writes {
				t.Errorf("%d writes, want %d; %s", store.writes, step.writes, diff)
			}
		}
	})
}

func TestVersionsGoOnFromTheStoredOnesWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf()
		store.rows[order7] = row{1 << 60, nil} // written while the clock was far ahead
		s := start(t, t.TempDir(), store)
		defer stop(t, s)
		feed(t, s, 1, event("a", "order/7", time.Now()))
		pass(2 * time.Second)
		if diff := cmp.Diff(byOrder, store.live()); diff != "" {
			t.Error(diff)
		}
	})
}
