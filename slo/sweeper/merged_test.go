package sweeper

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// merge makes order 9 another name of order 5, as the stitcher tells it.
func (r *rig) merge(smallestFirst bool) {
	r.order("5").Members[0].Aliases = []lineage.Object{{Type: "order", ID: "9"}}
	gone := func() {
		r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", ID: "9"}}, nil)
	}
	delete(r.orders, "9")
	block := r.next()
	if !smallestFirst {
		gone()
	}
	r.tell(r.orders["5"])
	if smallestFirst {
		gone()
	}
	r.sweeper.Through(block)
}

func TestTwoBreachesOfWhatIsOneNowGoOnAndEndTogether(t *testing.T) {
	for name, smallestFirst := range map[string]bool{"the smaller is told first": true, "and last": false} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, invoicedWithin(time.Minute))
			defer func() { r.kill() }()
			began := time.Now()
			r.booked("5", began)
			r.booked("9", began)
			tick(2 * time.Minute)
			r.merge(smallestFirst)
			tick(5 * time.Minute)
			r.kill()
			r.start()
			tick(5 * time.Minute)
			want := []string{"started", "breached 1s"}
			for _, id := range []string{"5", "9"} {
				if got := r.store.history(id); !slices.Equal(got, want) {
					t.Errorf("%s: order %s is told %v by a merge", name, id, got)
				}
			}
			r.invoiced("5", time.Now())
			tick(5 * time.Second)
			for _, id := range []string{"5", "9"} {
				if got := r.store.history(id); !slices.Equal(got, append(want, "ended")) {
					t.Errorf("%s: order %s is told %v, once it is invoiced", name, id, got)
				}
			}
			r.ledgerIsClean()
		})
	}
}

func TestTwoBreachesThatWereOneForAWhileTellNothingOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer func() { r.kill() }()
		began := time.Now()
		r.booked("5", began)
		r.booked("9", began)
		tick(2 * time.Minute)
		r.merge(true)
		tick(time.Minute)
		r.order("5").Members[0].Aliases = nil
		r.say("5")
		r.booked("9", began)
		tick(5 * time.Minute)
		want := []string{"started", "breached 1s"}
		for _, id := range []string{"5", "9"} {
			if got := r.store.history(id); !slices.Equal(got, want) {
				t.Errorf("order %s is told %v", id, got)
			}
		}
		r.invoiced("9", time.Now())
		tick(5 * time.Second)
		if got := r.store.history("9"); !slices.Equal(got, append(want, "ended")) {
			t.Errorf("order 9 is told %v, once it is invoiced", got)
		}
		if v := r.verdict("5"); v != slo.Breached || !slices.Equal(r.store.history("5"), want) {
			t.Errorf("the invoice of one ended both: %q, %v", v, r.store.history("5"))
		}
	})
}

func TestAClockThatHadNotRunOutBreachesOnceAfterAMerge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer func() { r.kill() }()
		began := time.Now()
		r.booked("5", began)
		r.booked("9", began)
		tick(10 * time.Second)
		r.merge(true)
		tick(5 * time.Minute)
		if got := r.store.history("5"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Errorf("the one order is told %v", got)
		}
		if got := r.store.history("9"); slices.Contains(got, "breached 1s") {
			t.Errorf("its other name is told %v", got)
		}
	})
}
