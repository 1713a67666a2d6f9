package stitcher

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
)

func TestWhatIsNamedAndHasNotComeIsListedByItsAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.TempDir(), newShelf())
		defer func() { stop(t, s) }()
		began := time.Now()
		feed(t, s, 1,
			event("c", "order/3", began.Add(-time.Minute), "invoice/I-3", "quote/Q-3"),
			event("a", "order/1", began.Add(-time.Hour), "invoice/I-1"),
			event("b", "order/2", began.Add(-2*time.Minute), "invoice/I-1"),
			event("d", "invoice/I-4", began, "order/3"),
		)
		pass(time.Second)
		list := func(q lineage.AbsentQuery) []string {
			t.Helper()
			q.Tenant = "default"
			var lines []string
			for q.Limit = 1; ; {
				page, err := s.Absent(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range page.Absent {
					lines = append(lines, fmt.Sprint(a.Object, " ", began.Sub(a.Since), " by ", a.By.ID, " in ", len(a.In), " of ", page.Total))
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					return lines
				}
			}
		}
		is := func(got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("got %q; want %q", got, want)
			}
		}
		is(list(lineage.AbsentQuery{}), "invoice/I-1 1h0m0s by a in 2 of 3", "invoice/I-3 1m0s by c in 1 of 3", "quote/Q-3 1m0s by c in 1 of 3")
		is(list(lineage.AbsentQuery{Type: "quote"}), "quote/Q-3 1m0s by c in 1 of 1")
		is(list(lineage.AbsentQuery{Flow: lineage.TransactionFlow}))
		feed(t, s, 2, event("e", "quote/Q-3", began), event("f", "order/4", began.Add(-3*time.Hour), "invoice/I-1"))
		pass(time.Second)
		is(list(lineage.AbsentQuery{}), "invoice/I-1 3h0m0s by f in 3 of 2", "invoice/I-3 1m0s by c in 1 of 2")
		if err := s.Reload(t.Context(), billing(t)); err != nil {
			t.Fatal(err)
		}
		is(list(lineage.AbsentQuery{Flow: "billing"}), "invoice/I-1 3h0m0s by f in 1 of 2", "invoice/I-3 1m0s by c in 1 of 2")
		for name, q := range map[string]lineage.AbsentQuery{
			"no limit": {Tenant: "default"}, "too much": {Tenant: "default", Limit: 1001},
			"a flow that is not": {Tenant: "default", Limit: 1, Flow: "x"}, "a cursor of another": {Tenant: "default", Limit: 1, Cursor: "%"},
		} {
			if _, err := s.Absent(t.Context(), q); lineage.KindOf(err) != lineage.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if page, err := s.Absent(t.Context(), lineage.AbsentQuery{Tenant: "other", Limit: 9}); err != nil || len(page.Absent) > 0 {
			t.Errorf("another tenant is told %v, %v", page, err)
		}
	})
}
