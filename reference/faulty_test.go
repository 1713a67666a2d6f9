package reference_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"throughline/reference"
	"throughline/reference/service"
)

// faulty is a fast pipeline in which every order has the same fault.
func faulty(t *testing.T, r *receiver, orders int, fault service.Fault, repair time.Duration) reference.Config {
	t.Helper()
	cfg := fast(t, r, orders)
	cfg.Faults = service.Faults{Shares: map[service.Fault]float64{fault: 1}, RepairAfter: repair}
	return cfg
}

func settle(t *testing.T, p *reference.Reference, orders int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := p.Settled(ctx, orders); err != nil {
		t.Fatalf("%v with %+v", err, p.Progress())
	}
}

// told counts the events of the receiver, by the end of their type and the
// status in their data where that says how something went.
func told(t *testing.T, r *receiver) map[string]int {
	t.Helper()
	count := make(map[string]int)
	for typ, events := range r.byType() {
		for _, e := range events {
			var data struct{ Status string }
			if err := json.Unmarshal(e.Data(), &data); err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(strings.TrimPrefix(typ, "com.example."), ".v1")
			if strings.HasPrefix(name, "sync.") || data.Status == "rejected" {
				name += " " + data.Status
			}
			count[name]++
		}
	}
	return count
}

// usual is what is told of orders whose deliveries were shipped as far as they
// came, and billed and paid as far as that.
func usual(accepted, shipped, paid int) map[string]int {
	count := map[string]int{
		"sync.order.transferred accepted": accepted, "erp.order.booked": accepted, "erp.delivery.shipped": shipped,
		"billing.invoice.posted": paid, "bank.payment.received": paid,
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n == 0 })
	return count
}

// with adds counts to others.
func with(count map[string]int, more map[string]int) map[string]int {
	all := maps.Clone(count)
	for name, n := range more {
		all[name] += n
	}
	return all
}

// dead returns the dead letters of a pipeline.
func dead(t *testing.T, p *reference.Reference) []*jetstream.RawStreamMsg {
	t.Helper()
	conn, err := nats.Connect(p.NATS())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "DLQ")
	if err != nil {
		t.Fatal(err)
	}
	var letters []*jetstream.RawStreamMsg
	state := stream.CachedInfo().State
	for n := state.FirstSeq; n <= state.LastSeq && state.Msgs > 0; n++ {
		letter, err := stream.GetMsg(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, letter)
	}
	return letters
}

// once checks that no document is there twice, whatever was said twice.
func once(t *testing.T, p *reference.Reference) {
	t.Helper()
	var quotes, deliveries, invoices, payments []string
	for _, j := range p.Truth() {
		quotes = append(quotes, j.Quote)
		deliveries = append(deliveries, j.Deliveries...)
		invoices = append(invoices, j.Invoices...)
		payments = append(payments, j.Payments...)
	}
	for kind, named := range map[string][]string{
		"orders": quotes, "deliveries": deliveries, "invoices": invoices, "payments": payments,
	} {
		if got, want := len(books(t, p.ERP(), kind)), len(distinct(named)); got != want || want != len(named) {
			t.Errorf("the ERP has %d %s, its orders name %d of which %d differ", got, kind, len(named), want)
		}
	}
}

// reasons returns the first words of the reasons that events of a type give.
func reasons(t *testing.T, r *receiver, typ string) []string {
	t.Helper()
	given := make(map[string]bool)
	for _, e := range r.byType()[typ] {
		var data struct {
			Reason   string
			Answered int
		}
		if err := json.Unmarshal(e.Data(), &data); err != nil {
			t.Fatal(err)
		}
		if data.Reason != "" {
			first, _, _ := strings.Cut(data.Reason, " ")
			given[first] = true
		}
		if data.Answered == 0 {
			t.Errorf("an answer without a status: %s", e.Data())
		}
	}
	return slices.Sorted(maps.Keys(given))
}

// repeatDeliveries tells of every delivery again, as a sender does that forgets.
func repeatDeliveries(t *testing.T, p *reference.Reference) {
	t.Helper()
	conn, err := nats.Connect(p.NATS())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, d := range books(t, p.ERP(), "deliveries") {
		body, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Publish("erp.delivery.shipped", body); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	drained(t, conn)
}
