package reference_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"throughline/reference"
)

// document is what the tests read of any document of either system.
type document map[string]any

// books asks one of the systems for all documents of a kind, as a person would.
func books(t *testing.T, base, kind string) []document {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(base + "/api/" + kind + "?limit=1000")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var lists map[string][]document
	if err := json.NewDecoder(res.Body).Decode(&lists); err != nil {
		t.Fatal(err)
	}
	return lists[kind]
}

// balance checks that the two systems agree, that each document is there once,
// and that the receiver was told of each of them, once.
func balance(t *testing.T, p *reference.Reference, r *receiver, orders int) {
	t.Helper()
	truth := p.Truth()
	if len(truth) != orders {
		t.Errorf("%d orders, want %d", len(truth), orders)
	}
	var deliveries, invoices, payments, quotes []string
	for _, j := range truth {
		if !j.Completed || len(j.Deliveries) == 0 || len(j.Invoices) == 0 || len(j.Payments) == 0 {
			t.Errorf("order is not completed: %+v", j)
		}
		quotes = append(quotes, j.Quote)
		deliveries = append(deliveries, j.Deliveries...)
		invoices = append(invoices, j.Invoices...)
		payments = append(payments, j.Payments...)
	}
	if n := len(distinct(quotes)); n != orders {
		t.Errorf("%d orders for %d quotes", orders, n)
	}
	events := r.byType()
	for _, c := range []struct {
		kind, event string
		named       []string
	}{
		{"orders", "com.example.erp.order.booked.v1", quotes},
		{"deliveries", "com.example.erp.delivery.shipped.v1", deliveries},
		{"invoices", "com.example.billing.invoice.posted.v1", invoices},
		{"payments", "com.example.bank.payment.received.v1", payments},
	} {
		want := len(distinct(c.named))
		if got := len(books(t, p.ERP(), c.kind)); got != want {
			t.Errorf("the ERP has %d %s, its orders name %d", got, c.kind, want)
		}
		if got := len(events[c.event]); got != want {
			t.Errorf("%d events %s for %d %s", got, c.event, want, c.kind)
		}
	}
	for _, event := range []string{"com.example.crm.opportunity.won.v1", "com.example.cpq.quote.accepted.v1"} {
		if got := len(events[event]); got != orders {
			t.Errorf("%d events %s, want %d", got, event, orders)
		}
	}
	if got := len(events["com.example.sync.order.transferred.v1"]); got < orders {
		t.Errorf("%d orders transferred, want at least %d", got, orders)
	}
}

func distinct(ids []string) []string {
	sorted := slices.Sorted(slices.Values(ids))
	return slices.Compact(sorted)
}
