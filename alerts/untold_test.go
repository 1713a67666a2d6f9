package alerts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

func TestWhatNeverFiredForTheReceiverIsNotResolvedForIt(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		status := http.StatusUnprocessableEntity
		r.pager.answer = func(*call) (int, http.Header, error) { return status, nil, nil }
		r.start()
		defer func() { r.halt() }()
		untold := func(want float64) {
			t.Helper()
			if n := r.value("throughline_incidents_untold"); n != want {
				t.Errorf("%v incidents are untold; want %v", n, want)
			}
		}
		const note = "incidents fire that the webhook refused to hear of"
		r.ledger.tell(about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 1))
		r.settled()
		untold(2)
		if strings.Contains(r.log.String(), note) {
			t.Error("a start without any speaks of them")
		}
		r.crash()
		status = http.StatusOK
		r.start()
		r.settled()
		untold(2)
		if n := strings.Count(r.log.String(), note); n != 1 || !strings.Contains(r.log.String(), "incidents=2") {
			t.Errorf("the start does not speak of them:\n%s", r.log)
		}
		r.ledger.tell(about(1, slo.EndedKind, 9, ended))
		r.settled()
		untold(1)
		if n := r.value("throughline_notifications_total", "receiver=webhook", "result=dropped"); n != 1 {
			t.Errorf("%v are counted as dropped; want 1", n)
		}
		i, err := r.Incident(t.Context(), "", orderID(1))
		want := "the webhook is not told that it is resolved, since it never took that it fires"
		if err != nil || i.History[len(i.History)-1].Text != want {
			t.Errorf("its history ends with %q, %v", i.History[len(i.History)-1].Text, err)
		}
		// It fires anew, and now the receiver takes it.
		r.ledger.tell(about(1, slo.Reopened, 20), about(1, slo.EndedKind, 30, ended))
		if diff := cmp.Diff([]string{"1 firing", "2 firing", "1 firing", "1 resolved"}, toldOf(r.settled())); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}
		if n := r.value("throughline_notifications_waiting"); n != 0 {
			t.Errorf("%v notices wait", n)
		}
	})
}

func TestAnEndThatTheReceiverRefusesLeavesNothingUntold(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.pager.answer = func(c *call) (int, http.Header, error) {
			if c.packet.Status == "resolved" {
				return http.StatusBadRequest, nil, nil
			}
			return http.StatusOK, nil, nil
		}
		r.start()
		defer r.halt()
		r.ledger.tell(
			about(1, slo.BreachKind, 0), about(1, slo.EndedKind, 9, ended),
			about(1, slo.Reopened, 20), about(1, slo.EndedKind, 30, ended), about(1, slo.Reopened, 40),
		)
		want := []string{"1 firing", "1 resolved", "1 firing", "1 resolved", "1 firing"}
		if diff := cmp.Diff(want, toldOf(r.settled())); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}
		if n := r.value("throughline_incidents_untold"); n != 0 {
			t.Errorf("%v incidents are untold; want none", n)
		}
	})
}
