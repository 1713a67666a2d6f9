package reference_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"throughline/reference"
)

// checkSpans checks that every order has left business ids in the spans of all
// five services.
func checkSpans(t *testing.T, r *receiver, truth []reference.Journey) {
	t.Helper()
	services := make(map[string]map[string]bool) // by id
	for _, s := range r.allSpans() {
		for key, id := range s.attributes {
			if strings.HasSuffix(key, ".id") {
				if services[id] == nil {
					services[id] = make(map[string]bool)
				}
				services[id][s.service] = true
			}
		}
	}
	for _, j := range truth {
		in := make(map[string]bool)
		for _, id := range slices.Concat([]string{j.Opportunity, j.Quote, j.Order}, j.Deliveries, j.Invoices, j.Payments) {
			maps.Copy(in, services[id])
		}
		if got := slices.Sorted(maps.Keys(in)); len(got) != 5 {
			t.Errorf("order %s has left spans in %v only", j.Order, got)
		}
	}
}

func TestOnlyBusinessIDsConnectAllSystems(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, fast(t, r, 30))
	wait(t, p, 30)
	stop(t, p) // sends the last spans
	checkSpans(t, r, p.Truth())
	traces := make(map[string][]span)
	for _, s := range r.allSpans() {
		traces[s.trace] = append(traces[s.trace], s)
	}
	together := make(map[string]int)
	for _, spans := range traces {
		services := make(map[string]bool)
		for _, s := range spans {
			services[s.service] = true
		}
		together[strings.Join(slices.Sorted(maps.Keys(services)), "+")]++
		if len(services) > 2 {
			t.Errorf("one trace spans %v", slices.Sorted(maps.Keys(services)))
		}
		for _, lost := range []string{"crm accept quote", "crm POST webhook", "erp ship delivery", "erp POST webhook", "billing process erp.delivery.shipped", "bank process billing.invoice.posted"} {
			service, name, _ := strings.Cut(lost, " ")
			if has(spans, service, name) && len(services) > 1 {
				t.Errorf("the trace of %s goes on into %v", lost, slices.Sorted(maps.Keys(services)))
			}
		}
		if has(spans, "sync", "process crm.quote.accepted") && (!has(spans, "sync", "POST /hooks/{system}") || !has(spans, "erp", "POST /api/orders")) {
			t.Error("the trace from the CRM's webhook to the ERP's order is broken")
		}
	}
	for _, pair := range []string{"erp+sync", "billing+erp", "bank+erp", "crm+sync"} {
		if together[pair] == 0 {
			t.Errorf("no trace has %s; all: %v", pair, together)
		}
	}
}

func has(spans []span, service, name string) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.service == service && s.name == name })
}

func TestCorrelationIDEndsWhereTheERPBegins(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, fast(t, r, 10))
	wait(t, p, 10)
	stop(t, p)
	known := map[string]bool{"crm": true, "sync": true}
	seen := make(map[string]bool)
	for _, s := range r.allSpans() {
		for _, key := range []string{"correlation.id", "messaging.message.conversation_id"} {
			if id := s.attributes[key]; id != "" {
				seen[s.service] = true
				if !known[s.service] {
					t.Errorf("%s knows correlation id %s in %s", s.service, id, s.name)
				}
			}
		}
	}
	for service := range known {
		if !seen[service] {
			t.Errorf("%s knows no correlation id", service)
		}
	}
	for typ, events := range r.byType() {
		side := strings.Contains(typ, ".crm.") || strings.Contains(typ, ".cpq.") || strings.Contains(typ, ".sync.")
		for _, e := range events {
			if _, has := e.Extensions()["correlationid"]; has != side {
				t.Errorf("%s has a correlation id: %v", typ, has)
			}
		}
	}
}
