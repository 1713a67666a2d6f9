package alerts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

func TestAThousandBreachesThatWaitForASourceMakeOneNotification(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		for n := range 1000 {
			r.ledger.tell(about(n, slo.BreachKind, n, waits))
		}
		calls := r.settled()
		if len(calls) != 1 || calls[0].packet.Alerts[0].Labels["alertname"] != "SourceLate" {
			t.Fatalf("%d notices; want one, of the source", len(calls))
		}
		i, err := r.Incident(t.Context(), "", slo.LateID("default", "finance"))
		if err != nil || i.Waiting != 1000 {
			t.Errorf("%d breaches wait, %v", i.Waiting, err)
		}
		r.halt()
		r.start()
		for n := range 998 {
			r.ledger.tell(about(n, slo.Correction, 1000+n, corrected))
		}
		if i, _ = r.Incident(t.Context(), "", i.ID); r.settled() == nil || i.State != slo.Firing {
			t.Errorf("it is %s while two breaches wait", i.State)
		}
		r.ledger.tell(about(998, slo.CancelKind, 2001, func(t *slo.Transition) { t.Clock.State = slo.Cancelled }), about(999, slo.Confirmed, 2002))
		want := []string{" firing", "999 firing", " resolved"}
		if diff := cmp.Diff(want, toldOf(r.settled())); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}
	})
}

func TestABreachLeavesTheSourceThatItWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		unnamed := func(t *slo.Transition) { t.Impact.Source = "" }
		r.ledger.tell(about(1, slo.BreachKind, 0, waits, unnamed))
		calls := r.settled()
		if got := calls[0].packet.Alerts[0].Labels["source"]; got != slo.OwnSource {
			t.Errorf("it waits for %q; want the house itself", got)
		}
		r.ledger.tell(about(1, slo.Confirmed, 5)) // the SLA names a source by now
		r.settled()
		if i, err := r.Incident(t.Context(), "", slo.LateID("default", slo.OwnSource)); err != nil || i.State != slo.Resolved {
			t.Errorf("the house is %s, %v", i.State, err)
		}
		if _, err := r.Incident(t.Context(), "", slo.LateID("default", "finance")); err == nil {
			t.Error("a source is late that nothing waited for")
		}
	})
}
