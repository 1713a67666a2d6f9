package sweeper

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

func TestAMergeGivesAClockItsNewNameAndTellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		began := time.Now()
		r.booked("9", began)
		tick(2 * time.Minute)
		// Order 9 turns out to be order 5: its execution goes, the other one knows both names.
		old, now := lineage.Object{Type: "order", ID: "9"}, lineage.Object{Type: "order", ID: "5"}
		x := r.order("5")
		x.Members[0].Aliases = []lineage.Object{old}
		x.Stages[1].DoneAt, x.Stages[1].Progress = began, []lineage.Progress{{Object: now, DoneAt: began}}
		delete(r.orders, "9")
		r.tell(x) // the stitcher tells the smaller name first
		r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: old}, nil)
		r.sweeper.Through(r.next())
		tick(5 * time.Minute)
		if v := r.verdict("5"); v != slo.Breached {
			t.Errorf("the merged order's clock is %q", v)
		}
		r.kill()
		r.start()
		tick(time.Minute)
		if got := append(r.store.history("9"), r.store.history("5")...); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Errorf("told %v", got)
		}
		// And it is not: both have executions of their own again, and their own clocks.
		x.Members[0].Aliases = nil
		r.booked("9", began)
		r.say("5")
		tick(5 * time.Minute)
		r.ledgerIsClean()
		if got := strings.Join(r.store.history("5"), " "); !strings.HasPrefix(got, "started breached ") {
			t.Errorf("the other order is told %v", got)
		}
		r.invoiced("5", time.Now())
		tick(5 * time.Second)
		if r.verdict("9") != slo.Breached || r.verdict("5") != slo.Breached {
			t.Errorf("9 is %q and 5 is %q", r.verdict("9"), r.verdict("5"))
		}
		found, _ := r.sweeper.ClocksOf(context.Background(), "default", []lineage.Object{old, now})
		if len(found) != 2 || found[0].State == found[1].State {
			t.Errorf("the invoice of one ended both: %+v", found)
		}
	})
}

func TestAMergeWhoseCommitFailsIsMadeAgain(t *testing.T) {
	for name, broken := range map[string]int64{"before it is there": 1, "after": 2} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, invoicedWithin(time.Minute))
			defer r.kill()
			began := time.Now()
			r.booked("9", began)
			tick(2 * time.Minute)
			x := r.order("5")
			x.Members[0].Aliases = []lineage.Object{{Type: "order", ID: "9"}}
			x.Stages[1].DoneAt, x.Stages[1].Progress = began, []lineage.Progress{{Object: x.Anchor, DoneAt: began}}
			delete(r.orders, "9")
			r.broken.Store(broken)
			r.tell(x)
			r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", ID: "9"}}, nil)
			r.sweeper.Through(r.next())
			tick(5 * time.Minute)
			r.ledgerIsClean()
			if got := append(r.store.history("9"), r.store.history("5")...); !slices.Equal(got, []string{"started", "breached 1s"}) {
				t.Errorf("a commit that fails %s: told %v", name, got)
			}
			if v := r.verdict("5"); v != slo.Breached {
				t.Errorf("a commit that fails %s: the clock is %q", name, v)
			}
		})
	}
}

func TestAnExecutionThatIsCutTakesNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.booked("1", time.Now())
		r.booked("2", time.Now())
		r.invoiced("1", time.Now())
		tick(10 * time.Second)
		for _, id := range []string{"1", "2"} { // so many deliveries came that the invoices are beyond the cap
			x := r.order(id)
			x.Truncated, x.Stages[2].DoneAt = true, time.Time{}
			r.say(id)
		}
		tick(10 * time.Second)
		r.kill()
		r.start()
		tick(10 * time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "ended"}) {
			t.Errorf("one that had kept its deadline: %v", got)
		}
		if got := r.store.history("2"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Errorf("one that had not: %v", got)
		}
		x := r.order("2") // an invoice of which it is not known whether it is the only one
		x.Stages[2].DoneAt = time.Now()
		r.say("2")
		tick(time.Minute)
		if v := r.verdict("2"); v != slo.Breached {
			t.Errorf("a part of what is owed ended the clock: %q", v)
		}
	})
}

func TestAnIDOfAnyLengthIsJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		long := strings.Repeat("9", 100_000)
		r.booked(long, time.Now())
		r.booked("1", time.Now())
		tick(5 * time.Minute)
		for _, id := range []string{long, "1"} {
			if got := r.store.history(id); !slices.Equal(got, []string{"started", "breached 1s"}) {
				t.Errorf("order %.10s: %v", id, got)
			}
		}
	})
}
