package alerts

import (
	"testing"

	"throughline/slo"
)

func TestWhatChangesWhileItIsSavedIsSavedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		changed := false
		r.step = func(name string) error {
			if name != "saved" || changed {
				return nil
			}
			changed = true
			_, err := r.Acknowledge(t.Context(), "default", orderID(1), "Ann", "I am on it")
			return err
		}
		r.store.set(true)
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.BreachKind, 1))
		r.settled()
		r.store.set(false)
		r.settled()
		if !changed {
			t.Fatal("nothing was saved")
		}
		if row := r.store.row(orderID(1)); row.Owner != "Ann" {
			t.Errorf("the store has version %d of the incident, which belongs to %q; want the one that Ann looks after", row.Version, row.Owner)
		}
	})
}
