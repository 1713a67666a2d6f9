package sweeper

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
)

// ahead are the ids of the orders that were told as of later than a block, sorted.
func (r *rig) ahead(block uint64) []string {
	r.t.Helper()
	refs, err := r.sweeper.Ahead(block)
	if err != nil {
		r.t.Fatal(err)
	}
	ids := []string{}
	for _, ref := range refs {
		ids = append(ids, ref.Anchor.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestWhatWasToldAsOfLaterThanTheCheckpointIsKnownAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		tick(10 * time.Second) // all is told once
		r.booked("1", time.Now())
		tick(time.Second)
		checkpoint := r.block
		for _, id := range []string{"2", "3"} {
			r.booked(id, time.Now())
		}
		tick(time.Second)
		delete(r.orders, "2") // it was an order's other name, and is its own no more
		r.sweeper.Execution(lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", ID: "2"}}, nil)
		r.sweeper.Through(r.next())
		tick(time.Second)
		r.kill()
		r.brief = true
		r.start()
		if got := r.ahead(checkpoint); !slices.Equal(got, []string{"2", "3"}) {
			t.Errorf("told as of later than the checkpoint are %v; want 2 and 3", got)
		}
		tick(time.Second)
		r.sweeper.Settled(r.block)
		r.booked("4", time.Now())
		tick(time.Second)
		if got := r.ahead(0); !slices.Equal(got, []string{"4"}) {
			t.Errorf("%v are still kept; what is settled goes", got)
		}
		r.kill()
	})
}

func TestWhatIsVoidIsToldAgainByTheSameCatalogueToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		for _, id := range []string{"1", "2"} {
			r.booked(id, time.Now())
		}
		tick(10 * time.Second)
		r.stop()
		delete(r.orders, "2")
		r.brief = true
		r.voids = true
		r.start()
		tick(10 * time.Second)
		if c := r.sweeper.held[key("1")]; c == nil || !c.open {
			t.Error("the clock of what is told again does not run")
		}
		if c := r.sweeper.held[key("2")]; c != nil && c.open {
			t.Error("the clock of what is not told again runs")
		}
		r.stop()
	})
}
