package alerts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/slo"
)

func TestMetricsSayWhatStandsAndWhatCameOfIt(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		down := true
		r.pager.answer = func(*call) (int, http.Header, error) {
			if down {
				down = false
				return http.StatusInternalServerError, nil, nil
			}
			return http.StatusOK, nil, nil
		}
		r.start()
		defer r.halt()
		r.ledger.tell(
			about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 1), about(3, slo.BreachKind, 2), about(4, slo.BreachKind, 3, waits),
			about(1, slo.EndedKind, 4, ended), about(2, slo.Correction, 5, corrected),
			about(5, slo.BreachKind, 6, ended), about(5, slo.EndedKind, 6, ended),
		)
		r.settled()
		if _, err := r.Acknowledge(t.Context(), "", orderID(3), "ann", ""); err != nil {
			t.Fatal(err)
		}
		want := `
# HELP throughline_incidents Incidents that fire: acknowledged, or firing with nobody who looks after them.
# TYPE throughline_incidents gauge
throughline_incidents{sla="SourceLate",state="firing"} 1
throughline_incidents{sla="invoice-posted",state="acknowledged"} 1
throughline_incidents{sla="invoice-posted",state="firing"} 0
# HELP throughline_incidents_opened_total Incidents that opened since start, also those that were over when they were noticed.
# TYPE throughline_incidents_opened_total counter
throughline_incidents_opened_total{sla="SourceLate"} 1
throughline_incidents_opened_total{sla="invoice-posted"} 4
# HELP throughline_incidents_resolved_total Incidents that were resolved since start, by why.
# TYPE throughline_incidents_resolved_total counter
throughline_incidents_resolved_total{resolution="corrected",sla="invoice-posted"} 1
throughline_incidents_resolved_total{resolution="ended",sla="invoice-posted"} 2
# HELP throughline_incidents_untold Incidents that fire and that a receiver refused to hear of.
# TYPE throughline_incidents_untold gauge
throughline_incidents_untold 0
# HELP throughline_notification_oldest_seconds Age of the oldest notice that a receiver is owed; 0 without any.
# TYPE throughline_notification_oldest_seconds gauge
throughline_notification_oldest_seconds 0
# HELP throughline_notifications_total Attempts to tell a receiver: failed ones are made again, undeliverable ones are not; dropped is the end of what it never took as firing.
# TYPE throughline_notifications_total counter
throughline_notifications_total{receiver="webhook",result="delivered"} 6
throughline_notifications_total{receiver="webhook",result="dropped"} 0
throughline_notifications_total{receiver="webhook",result="failed"} 1
throughline_notifications_total{receiver="webhook",result="undeliverable"} 0
# HELP throughline_notifications_waiting Notices that a receiver is owed.
# TYPE throughline_notifications_waiting gauge
throughline_notifications_waiting 0
`
		if err := testutil.GatherAndCompare(r.registry, strings.NewReader(want)); err != nil {
			t.Error(err)
		}
		r.halt()
		if families, err := r.registry.Gather(); err != nil || len(families) > 0 {
			t.Errorf("%d families are left after Stop, %v", len(families), err)
		}
	})
}
