package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/reference"
)

func startOrders(t *testing.T, p *Program, cfg reference.Config) *reference.Reference {
	t.Helper()
	takesIn := "http://" + p.collector.Addrs().OTLPHTTP
	cfg.OTLPHTTP, cfg.Events, cfg.Dir = takesIn, takesIn, filepath.Join(t.TempDir(), "reference")
	r, err := reference.New(cfg, reference.Deps{Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// what an order's lineage must hold, by the books of CRM and ERP.
func truthOf(j reference.Journey) []string {
	names := []string{"opportunity/" + j.Opportunity, "quote/" + j.Quote, "order/" + bare(j.Order)}
	for typ, ids := range map[string][]string{"delivery": j.Deliveries, "invoice": j.Invoices, "payment": j.Payments} {
		for _, id := range ids {
			names = append(names, typ+"/"+bare(id))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func bare(number string) string { return strings.TrimLeft(number, "0") }

func TestFiftyOrdersAreFollowedFromOpportunityToPayment(t *testing.T) {
	p := startProgram(t, Config{})
	orders := startOrders(t, p, reference.Config{Orders: 50, Rate: 50, Journey: time.Second, Seed: 7})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := orders.Wait(ctx, 50); err != nil {
		t.Fatalf("%v: %+v", err, orders.Progress())
	}
	journeys := orders.Truth()
	if len(journeys) < 50 {
		t.Fatalf("%d orders", len(journeys))
	}
	for _, j := range journeys {
		for _, invoice := range j.Invoices {
			eventually(t, 30*time.Second, func() error { return follows(p, "/api/v1/lineage/invoice/"+invoice, j) })
		}
	}
	eventually(t, 30*time.Second, func() error { return closes(p.web.Addr()) })
}

// follows tells why a look-up does not show a journey as the books have it.
func follows(p *Program, path string, j reference.Journey) error {
	var answer apiLineage
	if err := get(p.web.Addr(), path+"?flow=quote-to-cash", &answer); err != nil {
		return err
	}
	at := slices.IndexFunc(answer.Executions, func(x apiExecution) bool { return x.Anchor.ID == bare(j.Order) })
	if at < 0 {
		return fmt.Errorf("%s: order %s is not among %d executions", path, j.Order, len(answer.Executions))
	}
	x := answer.Executions[at]
	if want := truthOf(j); !slices.Equal(x.names(), want) {
		return fmt.Errorf("order %s holds\n%v\nwant\n%v", j.Order, x.names(), want)
	}
	if x.State != "completed" {
		return fmt.Errorf("order %s is %s", j.Order, x.State)
	}
	return connectedByIDsAlone(x)
}

// connectedByIDsAlone tells whether spans of at least three services belong to a
// transaction although no trace goes through all of them.
func connectedByIDsAlone(x apiExecution) error {
	services, perTrace := map[string]bool{}, map[string]map[string]bool{}
	for _, e := range x.Events {
		service, isSpan := strings.CutPrefix(e.Source, "otel:")
		if !isSpan {
			continue
		}
		services[service] = true
		if perTrace[e.Trace] == nil {
			perTrace[e.Trace] = map[string]bool{}
		}
		perTrace[e.Trace][service] = true
	}
	if len(services) < 3 {
		return fmt.Errorf("order %s has spans of %d services; want at least 3", x.Anchor.ID, len(services))
	}
	for trace, in := range perTrace {
		if len(in) == len(services) {
			return fmt.Errorf("trace %s spans all %d services; the test shows nothing", trace, len(in))
		}
	}
	stored := 0
	for _, trace := range x.Traces {
		stored += trace.Spans
	}
	if stored == 0 {
		return fmt.Errorf("order %s shows no spans of its %d traces", x.Anchor.ID, len(x.Traces))
	}
	return nil
}

// closes tells why the accounts do not close.
func closes(address string) error {
	var s apiStatus
	if err := get(address, "/api/v1/status", &s); err != nil {
		return err
	}
	if s.InFlight != 0 {
		return fmt.Errorf("%d in flight", s.InFlight)
	}
	for name, n := range s.Signals {
		if n.Received != n.Refused+n.Quarantined+n.Deduplicated+n.Stored {
			return fmt.Errorf("%s: %+v does not add up", name, n)
		}
	}
	return nil
}
