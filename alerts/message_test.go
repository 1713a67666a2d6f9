package alerts

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/slo"
)

func TestAMessageIsOneThatAlertmanagersReceiversKnow(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		r.ledger.tell(about(4711, slo.BreachKind, 0))
		r.settled()
		r.ledger.tell(about(4711, slo.EndedKind, 60, ended))
		calls := r.settled()
		if len(calls) != 2 {
			t.Fatalf("%d messages; want 2", len(calls))
		}
		id := orderID(4711)
		labels := map[string]string{
			"alertname": "invoice-posted", "severity": "page", "flow": "order-to-cash", "sla": "invoice-posted", "subject_type": "order",
			"subject_id": "4711", "subject_system": "erp", "source": "finance", "stage": "invoiced", "tenant": "default",
		}
		annotations := map[string]string{
			"summary":     "Order 4711 missed “Invoice posted within 1 min of booking”: due 12:03:07 UTC, noticed 0.7 s later; 1,250.00 EUR at risk",
			"description": "It sticks at stage invoiced, which failed: tax code <missing>", "runbook": "Ask finance.",
			"amount": "1250.00", "currency": "EUR", "due_at": "2026-05-04T12:03:07.000Z", "started_at": "2026-05-04T12:02:07.000Z",
		}
		opened := time.Date(2026, 5, 4, 12, 3, 7, 700_000_000, time.UTC)
		want := packet{
			Version: "4", GroupKey: `{}:{fingerprint="` + id + `"}`, Status: "firing", Receiver: "webhook",
			GroupLabels: map[string]string{"alertname": "invoice-posted"}, CommonLabels: labels, CommonAnnotations: annotations,
			ExternalURL: "http://127.0.0.1:8080",
			Alerts: []alert{{
				Status: "firing", Labels: labels, Annotations: annotations, StartsAt: opened,
				GeneratorURL: "http://127.0.0.1:8080/incidents/" + id, Fingerprint: id,
			}},
		}
		if diff := cmp.Diff(want, calls[0].packet); diff != "" {
			t.Errorf("firing (-want +got):\n%s", diff)
		}
		if !strings.Contains(calls[0].body, `"endsAt":"0001-01-01T00:00:00Z"`) || !strings.Contains(calls[0].body, "<missing>") {
			t.Errorf("the body says %s", calls[0].body)
		}
		one := calls[1].packet.Alerts[0]
		if diff := cmp.Diff(labels, one.Labels); diff != "" || one.Status != "resolved" || !one.EndsAt.Equal(opened.Add(time.Minute)) {
			t.Errorf("it is %s at %s (-firing +resolved):\n%s", one.Status, one.EndsAt, diff)
		}
		summary := "Order 4711 is resolved, which had missed “Invoice posted within 1 min of booking”: " +
			"what was owed came at 2026-05-04 12:04:07.700 UTC, 1m0.7s after the deadline"
		if one.Annotations["summary"] != summary {
			t.Errorf("it says %q", one.Annotations["summary"])
		}
		header := calls[0].header
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Authorization": "Bearer " + secret, "User-Agent": "throughline/test",
			"Idempotency-Key": id + ":1777896187700",
		} {
			if header.Get(name) != value {
				t.Errorf("%s is %q; want %q", name, header.Get(name), value)
			}
		}
	})
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		700 * time.Millisecond: "0.7 s", 12 * time.Second: "12 s", 185 * time.Second: "3 min 5 s", time.Hour: "1 h", 52 * time.Hour: "2 d 4 h",
	} {
		if got := span(d); got != want {
			t.Errorf("%s is written %q; want %q", d, got, want)
		}
	}
	for m, want := range map[lineage.Money]string{
		{Minor: 5, Currency: "EUR"}: "0.05 EUR", {Minor: -123_456_789, Currency: "EUR"}: "-1,234,567.89 EUR", {Minor: 1000, Currency: "JPY"}: "1,000 JPY",
		{Minor: 99900, Currency: "USD"}: "999.00 USD",
	} {
		if got := grouped(m); got != want {
			t.Errorf("%s is written %q; want %q", m, got, want)
		}
	}
	if got := name(lineage.Object{Type: "credit_note", ID: "7"}); got != "Credit note 7" {
		t.Error(got)
	}
	if got := clip("über", 1); got != "…" {
		t.Error(got)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere, asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	answered := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		} else {
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write(make([]byte, 1<<20))
		}
		answered <- struct{}{}
	}))
	defer server.Close()
	r := newRig(t)
	a, err := New(Config{Dir: r.cfg.Dir, Webhook: server.URL, Token: secret, noSync: true}, Deps{Ledger: r.ledger})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.ledger.tell(about(1, slo.BreachKind, 0))
	<-answered
	<-answered // a moment later, as any other failure
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if elsewhere.Load() != 0 || asked.Load() != 2 {
		t.Errorf("the webhook was asked %d times, and another %d times", asked.Load(), elsewhere.Load())
	}
}

func TestAReceiverThatSaysNothingIsGivenUpAfterAWhile(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.halt()
		hang := true
		r.webhook.client.Transport = transport(func(req *http.Request) (*http.Response, error) {
			if hang {
				hang = false
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return r.pager.RoundTrip(req)
		})
		began := time.Now()
		r.ledger.tell(about(1, slo.BreachKind, 0))
		pass(time.Minute)
		calls := r.settled()
		if len(calls) != 1 || calls[0].at.Sub(began) < 10*time.Second || calls[0].at.Sub(began) > 12*time.Second {
			t.Errorf("%d were told, the first after %s", len(calls), calls[0].at.Sub(began))
		}
		if !strings.Contains(r.log.String(), "it did not answer within 10s") {
			t.Errorf("the log says %s", r.log)
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
