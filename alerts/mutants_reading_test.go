package alerts

import (
	"slices"
	"testing"

	"throughline/slo"
)

// A breach that has ended would fire again, were it taken in a second time.
func TestATransitionThatIsReadAgainIsTakenOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.BreachKind, 1), about(1, slo.EndedKind, 5, ended), about(2, slo.BreachKind, 6))
		before := len(r.settled())
		r.ledger.mu.Lock()
		again := slices.Clone(r.ledger.told)
		r.ledger.mu.Unlock()
		for n := range again {
			if err := r.take(again[:n+1]); err != nil {
				t.Fatal(err)
			}
		}
		if calls := r.settled(); before != 3 || len(calls) != before {
			t.Errorf("%d notices, and %d once all was read again; want 3, and no more", before, len(calls))
		}
		if seq, last := r.place(); seq != 3 || last != again[2].ID {
			t.Errorf("the place in the ledger is %d, at %s; want 3, at %s", seq, last, again[2].ID)
		}
	})
}
