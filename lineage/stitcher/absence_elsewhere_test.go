package stitcher

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

// An execution of the built-in flow is told what carries its correlation id, and an
// object may have come under another one.
func TestWhatHasComeUnderAnotherCorrelationIDIsNotAwaited(t *testing.T) {
	t.Parallel()
	under := func(correlation string, e lineage.Event) lineage.Event {
		e.Correlation = correlation
		return e
	}
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	ordered := under("c1", event("a", "order/1", began, "invoice/I-1", "widget/W-1"))
	again := under("c3", event("bb", "order/1", began, "widget/W-1"))
	for name, c := range map[string]struct {
		events []lineage.Event
		want   []string
	}{
		"nothing has come": {
			[]lineage.Event{ordered},
			[]string{"invoice/I-1 in [{quote-to-cash order/1}]", "widget/W-1 in [{transaction correlation/c1}]"},
		},
		"the invoice came under another id": {
			[]lineage.Event{ordered, under("c2", event("ccc", "invoice/I-1", began))},
			[]string{"widget/W-1 in [{transaction correlation/c1}]"},
		},
		"the invoice came under another id, before": {
			[]lineage.Event{under("c2", event("ccc", "invoice/I-1", began)), ordered},
			[]string{"widget/W-1 in [{transaction correlation/c1}]"},
		},
		"the invoice came under none": {
			[]lineage.Event{ordered, event("ccc", "invoice/I-1", began)},
			[]string{"widget/W-1 in [{transaction correlation/c1}]"},
		},
		"two ids await what no flow ranks": {
			[]lineage.Event{ordered, again},
			[]string{"invoice/I-1 in [{quote-to-cash order/1}]", "widget/W-1 in [{transaction correlation/c1} {transaction correlation/c3}]"},
		},
		"that came under a third": {
			[]lineage.Event{ordered, again, under("c4", event("dddd", "widget/W-1", began))},
			[]string{"invoice/I-1 in [{quote-to-cash order/1}]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := start(t, t.TempDir(), newShelf())
				defer stop(t, s)
				for i, e := range c.events {
					feed(t, s, uint64(i+1), e)
					pass(time.Second)
				}
				for _, flow := range []string{"", lineage.TransactionFlow} {
					page, err := s.Absent(t.Context(), lineage.AbsentQuery{Tenant: "default", Flow: flow, Limit: 10})
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for _, a := range page.Absent {
						got = append(got, fmt.Sprint(a.Object, " in ", a.In))
					}
					if diff := cmp.Diff(c.want, got); flow == "" && diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
					if flow != "" && len(got) != len(c.want) {
						t.Errorf("the built-in flow alone awaits %q; want as many as %q", got, c.want)
					}
				}
			})
		})
	}
}
