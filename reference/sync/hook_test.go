package sync

import (
	"strings"
	"testing"

	"throughline/reference/bus"
)

func TestWebhookIsReadForWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		subject, body     string
		about, id, refuse string
		correlation       string
	}{
		"a won opportunity": {
			subject: "crm.opportunity.won", body: `{"Id":"006A","CorrelationId__c":"c-1","Account":{"Id":"001A"}}`,
			about: "account.id", id: "001A", correlation: "c-1",
		},
		"an accepted quote": {
			subject: "crm.quote.accepted", body: `{"Id":"0Q0A","OpportunityId":"006A","CorrelationId__c":"c-1"}`,
			about: "opportunity.id", id: "006A", correlation: "c-1",
		},
		"a booked order, whose system knows no correlation id": {
			subject: "erp.order.booked", body: `{"salesOrder":"0000004711","purchaseOrderByCustomer":"0Q0A"}`, about: "quote.id", id: "0Q0A",
		},
		"a shipped delivery": {
			subject: "erp.delivery.shipped", body: `{"deliveryDocument":"0080000001","salesDocument":"0000004711"}`, about: "order.id", id: "0000004711",
		},
		"a subject that nobody takes": {subject: "erp.order.lost", body: `{}`, refuse: "nobody takes"},
		"a body without an id":        {subject: "erp.order.booked", body: `{}`, refuse: "has no id"},
		"a body that is cut off":      {subject: "crm.quote.accepted", body: `{"Id":`, refuse: "unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			about, correlation, err := read(bus.Message{Subject: c.subject, Body: []byte(c.body)})
			if c.refuse != "" {
				if err == nil || !strings.Contains(err.Error(), c.refuse) {
					t.Errorf("error is %v, want %q", err, c.refuse)
				}
				return
			}
			if err != nil || about[c.about] != c.id || correlation != c.correlation {
				t.Errorf("about %v, correlation %q, %v", about, correlation, err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add("crm.opportunity.won", []byte(`{"Id":"006A","Account":{}}`))
	f.Add("crm.quote.accepted", []byte(`{"Id":"0Q0A","AcceptedDate":"2026-01-01T00:00:00Z"}`))
	f.Add("erp.order.booked", []byte(`{"salesOrder":"1","netAmount":{"value":"1.00","currency":"EUR"}}`))
	f.Add("erp.delivery.shipped", []byte(`{"deliveryDocument":1}`))
	f.Fuzz(func(t *testing.T, subject string, body []byte) {
		about, _, err := read(bus.Message{Subject: subject, Body: body})
		named := false
		for _, id := range about {
			named = named || id != ""
		}
		if err == nil && !named {
			t.Errorf("%s %s is about nothing", subject, body)
		}
	})
}
