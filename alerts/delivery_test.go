package alerts

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/slo"
)

// told renders calls as "order status".
func toldOf(calls []call) []string {
	var told []string
	for _, c := range calls {
		one := c.packet.Alerts[0]
		told = append(told, one.Labels["subject_id"]+" "+one.Status)
	}
	return told
}

func TestABreachIsToldOnceAndItsEndOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(1, slo.Started, -60), about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 1))
		r.settled()
		r.ledger.tell(about(1, slo.EndedKind, 9, ended))
		calls := r.settled()
		if diff := cmp.Diff([]string{"1 firing", "2 firing", "1 resolved"}, toldOf(calls)); diff != "" {
			t.Fatalf("(-want +told):\n%s", diff)
		}
		i, err := r.Incident(t.Context(), "", orderID(1))
		if err != nil {
			t.Fatal(err)
		}
		var history []string
		for _, e := range i.History {
			history = append(history, e.Text)
		}
		if diff := cmp.Diff([]string{
			"the deadline 2026-05-04 12:03:07.000 UTC passed, noticed 700ms later",
			"the webhook was told that it is firing: 200",
			"what was owed came at 2026-05-04 12:03:16.700 UTC, 9.7s after the deadline",
			"the webhook was told that it is resolved: 200",
		}, history); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
		if at := r.ledger.doneUpTo(); at != 4 {
			t.Errorf("the ledger is told that %d are done with; want 4", at)
		}
		for text, n := range map[string]int{"level=WARN msg=\"incident opened\"": 2, "level=INFO msg=\"incident resolved\"": 1} {
			if strings.Count(r.log.String(), text) != n {
				t.Errorf("want %d of %s in the log:\n%s", n, text, r.log)
			}
		}
	})
}

func TestWithoutAWebhookOnlyTheLogIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.pager.answer = func(*call) (int, http.Header, error) { return http.StatusBadGateway, nil, nil }
		r.start()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		r.settled()
		if r.value("throughline_notifications_waiting") != 1 {
			t.Error("nothing is owed to the webhook that is down")
		}
		r.halt()
		before := len(r.pager.got())
		r.cfg.Webhook = ""
		r.start()
		r.ledger.tell(about(2, slo.BreachKind, 1))
		r.settled()
		if n := r.value("throughline_notifications_waiting"); n != 0 {
			t.Errorf("%v notices wait for a webhook that is not there", n)
		}
		r.halt()
		r.cfg.Webhook = "https://pager.example/"
		r.start()
		defer r.halt()
		if got := r.settled()[before:]; len(got) > 0 {
			t.Errorf("a new webhook is told of what is long known: %v", toldOf(got))
		}
		if n := strings.Count(r.log.String(), "incident opened"); n != 2 {
			t.Errorf("the log is told of %d incidents; want 2", n)
		}
	})
}

func TestANoticeThatCannotBeTakenDoesNotKeepTheOthersWaiting(t *testing.T) {
	for _, status := range []int{400, 413, 415, 422} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.pager.answer = func(c *call) (int, http.Header, error) {
					if c.packet.Alerts[0].Labels["subject_id"] == "2" {
						return status, nil, nil
					}
					return http.StatusOK, nil, nil
				}
				r.start()
				defer r.halt()
				r.ledger.tell(about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 0), about(3, slo.BreachKind, 0))
				if diff := cmp.Diff([]string{"1 firing", "2 firing", "3 firing"}, toldOf(r.settled())); diff != "" {
					t.Errorf("(-want +told):\n%s", diff)
				}
				i, err := r.Incident(t.Context(), "", orderID(2))
				want := fmt.Sprintf("the webhook refuses to hear that it is firing and is not asked again: it answered %d", status)
				if err != nil || i.History[len(i.History)-1].Text != want {
					t.Errorf("its history ends with %q, %v", i.History[len(i.History)-1].Text, err)
				}
				if !strings.Contains(r.log.String(), "level=ERROR") {
					t.Error("the log does not speak of it as an error")
				}
				if r.value("throughline_notifications_total", "receiver=webhook", "result=undeliverable") != 1 ||
					r.value("throughline_notifications_total", "receiver=webhook", "result=delivered") != 2 {
					t.Error("it is not counted as undeliverable")
				}
			})
		})
	}
}

func TestAReceiverIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	for _, c := range []struct {
		asks        string
		least, most time.Duration
	}{
		{"120", 2 * time.Minute, 2*time.Minute + time.Second},
		{"86400", 5 * time.Minute, 5*time.Minute + time.Second},
		{"Sat, 01 Jan 2000 00:03:00 GMT", 3*time.Minute - time.Second, 3 * time.Minute}, // a bubble begins at that midnight
		{"soon", 800 * time.Millisecond, 1200 * time.Millisecond},
		{"", 800 * time.Millisecond, 1200 * time.Millisecond},
	} {
		t.Run(c.asks, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.pager.answer = func(*call) (int, http.Header, error) {
					if len(r.pager.calls) == 1 {
						return http.StatusTooManyRequests, http.Header{"Retry-After": {c.asks}}, nil
					}
					return http.StatusOK, nil, nil
				}
				r.start()
				defer r.halt()
				r.ledger.tell(about(1, slo.BreachKind, 0))
				pass(10 * time.Minute)
				calls := r.settled()
				if len(calls) != 2 {
					t.Fatalf("%d attempts; want 2", len(calls))
				}
				if waited := calls[1].at.Sub(calls[0].at); waited < c.least || waited > c.most {
					t.Errorf("it waited %s; want %s to %s", waited, c.least, c.most)
				}
				if calls[0].key != calls[1].key || calls[0].body != calls[1].body {
					t.Error("the second attempt says something else")
				}
			})
		})
	}
}

func TestOneThatIsFiringIsNotToldAgainAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		for n := range 500 {
			r.ledger.tell(about(n, slo.BreachKind, n))
		}
		if n := len(r.settled()); n != 500 {
			t.Fatalf("%d notices; want 500", n)
		}
		r.halt()
		r.start()
		defer r.halt()
		pass(10 * time.Minute)
		if n := len(r.settled()); n != 500 {
			t.Errorf("%d notices after the restart; want none", n-500)
		}
		page, err := r.Incidents(t.Context(), slo.IncidentQuery{Limit: 1})
		if err != nil || page.Firing != 500 {
			t.Errorf("%d fire after the restart, %v", page.Firing, err)
		}
	})
}

func TestStopLetsAnAnswerComeThatIsOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.pager.answer = func(*call) (int, http.Header, error) {
			pass(5 * time.Second)
			return http.StatusOK, nil, nil
		}
		r.start()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		pass(time.Second)
		r.halt()
		r.start()
		defer r.halt()
		pass(time.Minute)
		if n := len(r.settled()); n != 1 {
			t.Errorf("told %d times; want once", n)
		}
	})
}
