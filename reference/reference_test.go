package reference_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/reference"
	"throughline/reference/service"
)

// fast is a pipeline whose orders take half a second.
func fast(t *testing.T, r *receiver, orders int) reference.Config {
	t.Helper()
	return reference.Config{
		OTLPHTTP: r.server.URL, Events: r.server.URL, Dir: t.TempDir(),
		Rate: 100, Journey: 500 * time.Millisecond, Orders: orders, Seed: 7,
	}
}

func start(t *testing.T, cfg reference.Config) *reference.Reference {
	t.Helper()
	p, err := reference.New(cfg, reference.Deps{
		Metrics: prometheus.NewRegistry(),
		Log:     slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func stop(t *testing.T, p *reference.Reference) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func wait(t *testing.T, p *reference.Reference, orders int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := p.Wait(ctx, orders); err != nil {
		t.Fatalf("%v with %+v", err, p.Progress())
	}
}

func TestFiftyOrdersGoFromWonToPaid(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, fast(t, r, 50))
	wait(t, p, 50)
	if got, want := p.Progress(), (reference.Progress{Won: 50, Ordered: 50, Completed: 50}); got != want {
		t.Errorf("progress is %+v, want %+v", got, want)
	}
	balance(t, p, r, 50)
	// Fifty orders are five runs of the mix.
	shapes := make(map[string]int)
	sharing := make(map[string]int)
	for _, j := range p.Truth() {
		for _, id := range append(j.Invoices, j.Payments...) {
			sharing[id]++
		}
	}
	for _, j := range p.Truth() {
		shapes[fmt.Sprintf("%d deliveries, %d invoices ×%d, %d payments ×%d",
			len(j.Deliveries), len(j.Invoices), sharing[j.Invoices[0]], len(j.Payments), sharing[j.Payments[0]])]++
	}
	want := map[string]int{
		"1 deliveries, 1 invoices ×1, 1 payments ×1": 20,
		"2 deliveries, 2 invoices ×1, 2 payments ×1": 5,
		"2 deliveries, 2 invoices ×1, 1 payments ×1": 5,
		"1 deliveries, 1 invoices ×2, 1 payments ×2": 10,
		"1 deliveries, 1 invoices ×1, 1 payments ×2": 10,
	}
	for shape, n := range want {
		if shapes[shape] != n {
			t.Errorf("%d orders with %s, want %d; all: %v", shapes[shape], shape, n, shapes)
		}
	}
}

func TestSameSeedMakesTheSameBusiness(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.strict = false // three runs number their documents alike
	agreed := func(seed uint64) string {
		cfg := fast(t, r, 12)
		cfg.Seed = seed
		p := start(t, cfg)
		wait(t, p, 12)
		defer stop(t, p)
		net := make(map[string]string)
		for _, j := range p.Truth() {
			net[j.Opportunity] = fmt.Sprint(j.Quote, j.Correlation, j.Account, j.Net, len(j.Deliveries), len(j.Invoices), len(j.Payments))
		}
		return fmt.Sprint(net)
	}
	one, two, other := agreed(1), agreed(1), agreed(2)
	if one != two || one == other {
		t.Errorf("seed 1 made\n%s\nand\n%s\nseed 2\n%s", one, two, other)
	}
}

func TestNothingIsDoneTwice(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, fast(t, r, 50))
	conn, err := nats.Connect(p.NATS())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	repeat := func() int {
		n := 0
		for _, c := range []struct{ base, kind, system, event string }{
			{p.CRM(), "quotes", "crm", "quote.accepted"},
			{p.ERP(), "deliveries", "erp", "delivery.shipped"},
			{p.ERP(), "orders", "erp", "order.booked"},
			{p.ERP(), "invoices", "billing", "invoice.posted"},
		} {
			for _, d := range books(t, c.base, c.kind) {
				if d["Status"] == "Presented" || d["status"] == "received" || c.kind == "deliveries" && d["shippedAt"] == nil {
					continue // nobody has told of it yet
				}
				body, _ := json.Marshal(d)
				if err := conn.Publish(c.system+"."+c.event, body); err != nil {
					t.Fatal(err)
				}
				if c.system != "billing" {
					hook(t, p, c.system, c.event, fmt.Sprint(c.event, n), body)
				}
				n++
			}
		}
		return n
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for p.Progress().Completed < 50 {
		repeat()
		<-tick.C
	}
	if n := repeat(); n < 200 {
		t.Errorf("%d messages were repeated at the end, want at least 200", n)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	drained(t, conn)
	wait(t, p, 50)
	balance(t, p, r, 50)
}

// hook sends a webhook twice, as a sender does that has missed the answer.
func hook(t *testing.T, p *reference.Reference, system, event, id string, body []byte) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 2 {
		req, err := http.NewRequest("POST", p.Hooks()+system, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Webhook-Id", id)
		req.Header.Set("X-Webhook-Event", event)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusAccepted {
			t.Fatalf("webhook was answered %s", res.Status)
		}
	}
}

func TestCollectorMayBeAwayForAWhile(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.down.Store(true)
	p := start(t, fast(t, r, 50))
	// The business goes on; what it has to tell waits.
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for p.Progress().Completed < 50 {
		<-tick.C
	}
	if unsent := p.Progress().Unsent; unsent < 300 || len(r.byType()) != 0 || r.turned.Load() == 0 {
		t.Errorf("%d unsent, %d types received, %d turned away", unsent, len(r.byType()), r.turned.Load())
	}
	r.down.Store(false)
	wait(t, p, 50)
	balance(t, p, r, 50)
	stop(t, p)
	// Spans too: every order has left its name in all five systems.
	checkSpans(t, r, p.Truth())
}

func TestMetricsFollowTheBusiness(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	registry := prometheus.NewRegistry()
	p, err := reference.New(fast(t, r, 5), reference.Deps{Metrics: registry})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer stop(t, p)
	wait(t, p, 5)
	want := `
# HELP throughline_reference_orders_completed_total Orders that are delivered, billed and paid.
# TYPE throughline_reference_orders_completed_total counter
throughline_reference_orders_completed_total 5
# HELP throughline_reference_posts_unsent Events and webhooks that wait to be accepted.
# TYPE throughline_reference_posts_unsent gauge
throughline_reference_posts_unsent 0
`
	err = testutil.GatherAndCompare(registry, strings.NewReader(want),
		"throughline_reference_orders_completed_total", "throughline_reference_posts_unsent")
	if err != nil {
		t.Error(err)
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := reference.Config{OTLPHTTP: "h:1", Events: "h:1", Dir: t.TempDir()}
	for name, change := range map[string]func(*reference.Config, *reference.Deps){
		"Dir":  func(c *reference.Config, _ *reference.Deps) { c.Dir = "" },
		"Rate": func(c *reference.Config, _ *reference.Deps) { c.Rate = -1 },
		"add up": func(c *reference.Config, _ *reference.Deps) {
			c.Faults.Shares = map[service.Fault]float64{service.FaultSlow: 0.6, service.FaultLost: 0.6}
		},
		"Metrics": func(_ *reference.Config, d *reference.Deps) { d.Metrics = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, deps := good, reference.Deps{Metrics: prometheus.NewRegistry()}
			change(&cfg, &deps)
			if _, err := reference.New(cfg, deps); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("error is %v", err)
			}
		})
	}
}
