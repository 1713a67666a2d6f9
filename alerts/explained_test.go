package alerts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/slo"
)

func TestWhatABreachMeansIsKnownBetterAndNobodyIsToldAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 1), about(3, slo.BreachKind, 2))
		r.settled()
		before := r.store.row(orderID(2))
		r.ledger.tell(about(2, slo.Explained, 5, sticksAt("shipped")))
		if diff := cmp.Diff([]string{"1 firing", "2 firing", "3 firing"}, toldOf(r.settled())); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}
		page, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, i := range page.Incidents {
			listed = append(listed, i.Subject.ID+" "+i.Impact.Stage)
		}
		if diff := cmp.Diff([]string{"3 invoiced", "2 shipped", "1 invoiced"}, listed); diff != "" {
			t.Errorf("the list (-want +got):\n%s", diff)
		}
		if row := r.store.row(orderID(2)); row.Impact.Stage != "shipped" || row.Version <= before.Version {
			t.Errorf("the store has it at stage %q, version %d after %d", row.Impact.Stage, row.Version, before.Version)
		}
		if n := strings.Count(r.log.String(), "msg=\"incident"); n != 3 {
			t.Errorf("the log speaks of %d incidents; want 3", n)
		}
		if n := r.value("throughline_incidents_opened_total", "sla=invoice-posted"); n != 3 {
			t.Errorf("%v have opened; want 3", n)
		}
	})
}

// Whatever becomes known meanwhile, and whoever is killed, a receiver knows an alert
// again by its labels.
func TestLabelsAreTheSameFromFiringToResolved(t *testing.T) {
	renamed := func(t *slo.Transition) { t.Clock.Origin, t.Clock.Subject.ID = t.Clock.Subject, "one" }
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer func() { r.halt() }()
		r.ledger.tell(about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 0), about(2, slo.Explained, 1, sticksAt("shipped")), about(2, slo.EndedKind, 2, ended))
		r.settled()
		r.ledger.tell(about(1, slo.Explained, 5, sticksAt("shipped")))
		r.settled()
		r.crash()
		r.start()
		r.ledger.tell(about(1, slo.EndedKind, 9, ended, sticksAt("paid"), renamed))
		calls := r.settled()
		if diff := cmp.Diff([]string{"1 firing", "2 firing", "2 resolved", "1 resolved"}, toldOf(calls)); diff != "" {
			t.Fatalf("(-want +told):\n%s", diff)
		}
		for firing, resolved := range map[int]int{0: 3, 1: 2} {
			was, is := calls[firing].packet, calls[resolved].packet
			if diff := cmp.Diff(was.Alerts[0].Labels, is.Alerts[0].Labels); diff != "" || was.Alerts[0].Labels["stage"] != "invoiced" {
				t.Errorf("(-firing +resolved):\n%s", diff)
			}
			if diff := cmp.Diff(is.Alerts[0].Labels, is.CommonLabels); diff != "" || was.GroupKey != is.GroupKey {
				t.Errorf("its group is another (-labels +common):\n%s", diff)
			}
			if text := is.Alerts[0].Annotations["description"]; !strings.HasPrefix(text, "It stuck at stage shipped, which had failed") {
				t.Errorf("the annotations do not say what is known now: %q", text)
			}
		}
		r.ledger.tell(about(1, slo.Reopened, 20, sticksAt("paid")))
		if again := r.settled()[4].packet.Alerts[0].Labels; again["stage"] != "paid" || again["severity"] != string(lineage.SeverityTicket) {
			t.Errorf("it fires anew with %v", again)
		}
	})
}

func TestNobodyIsToldOfABreachOfAnotherTime(t *testing.T) {
	const days8 = 8 * 24 * 3600
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer func() { r.halt() }()
		r.ledger.tell(about(1, slo.BreachKind, days8), about(1, slo.Explained, days8+1, sticksAt("shipped")), about(2, slo.BreachKind, days8+2))
		r.settled()
		page, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 10, State: slo.Firing})
		if err != nil || page.Firing != 2 || len(page.Incidents) != 2 || page.Incidents[1].Told || page.Incidents[1].Impact.Stage != "shipped" {
			t.Errorf("the list is %+v, %v", page, err)
		}
		if r.value("throughline_incidents", "sla=invoice-posted", "state=firing") != 2 {
			t.Error("they are not counted")
		}
		r.crash()
		r.start()
		r.ledger.tell(about(2, slo.EndedKind, days8+60, ended))
		if calls := r.settled(); len(calls) > 0 {
			t.Errorf("the webhook is told %v", toldOf(calls))
		}
		if strings.Contains(r.log.String(), "msg=\"incident") {
			t.Errorf("the log speaks of them:\n%s", r.log)
		}
		if row := r.store.row(orderID(2)); row.State != slo.Resolved || row.Told {
			t.Errorf("the store has it as %q, told: %t", row.State, row.Told)
		}
	})
}
