// Package reference is the bundled sync pipeline: a CRM and an ERP with their
// own state and ids, and NATS JetStream between them, from a won opportunity to
// a payment.
//
//	crm ──webhook──▶ sync ──NATS──▶ sync ──HTTP──▶ erp     won, quote accepted, order
//	erp ──webhook──▶ sync ──NATS──▶ billing ──HTTP──▶ erp  delivery, invoice
//	                 billing ──NATS──▶ bank ──HTTP──▶ erp  payment
//
// The trace goes on within a line where the arrow is HTTP, or NATS from sync to
// itself; a webhook, and NATS to billing and bank, lose it, as batch jobs and
// outboxes do. The correlation id ends where the ERP begins. Only the business
// ids connect all of it. The pipeline reaches the collector over its socket,
// like any stranger.
//
// Config.Faults has things go wrong, each with one order in so many, by its
// quote's id:
//
//	crm ──▶ sync     lost       the webhook is answered 202 and is nowhere;
//	                            repaired by the CRM, which sends it again
//	                 duplicate  it is two messages, and the events of CRM and
//	                            ERP are posted twice
//	sync ──▶ erp     flaky      the order is refused twice with 503, then taken
//	                 down       it is refused every time. After six refusals the
//	                            message goes to NATS's stream DLQ; repaired by the
//	                            middleware, which puts it back
//	erp              slow       the delivery is shipped late
//	billing ──▶ erp  rejected   the order was answered 200, booked and shipped, and
//	                            finance rejects its invoice with 422; repaired by a
//	                            clerk, who corrects the master data
//
// Without Faults.RepairAfter nobody repairs anything. A system that cannot be
// reached at all is no refusal: what waits for it waits.
package reference

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"throughline/reference/bus"
	"throughline/reference/crm"
	"throughline/reference/erp"
	"throughline/reference/finance"
	"throughline/reference/service"
	"throughline/reference/sync"
)

// Reference is the whole pipeline.
type Reference struct {
	cfg     Config
	deps    Deps
	metrics *metrics
	bus     *bus.Bus
	crm     *crm.CRM
	erp     *erp.ERP
	sync    *sync.Sync
	billing *finance.Billing
	bank    *finance.Bank
	started []part // in the order in which they were
}

type part interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// New makes a pipeline that is not started.
func New(cfg Config, deps Deps) (*Reference, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	if deps.Metrics == nil {
		return nil, errors.New("reference: Metrics is missing")
	}
	r := &Reference{cfg: cfg, deps: deps}
	if r.metrics, err = newMetrics(r, deps.Metrics); err != nil {
		return nil, err
	}
	pace := service.Pace{Journey: cfg.Journey, Seed: cfg.Seed}
	if r.erp, err = erp.New(erp.Config{Service: r.service(cfg.ERP), Pace: pace, Faults: cfg.Faults}, r.given()); err != nil {
		return nil, err
	}
	r.crm, err = crm.New(crm.Config{
		Service: r.service(cfg.CRM), Pace: pace, Faults: cfg.Faults, Rate: cfg.Rate, Orders: cfg.Orders,
	}, r.given())
	if err != nil {
		return nil, err
	}
	r.bus, err = bus.New(bus.Config{URL: cfg.NATS, Dir: filepath.Join(cfg.Dir, "nats")}, bus.Deps{
		Log:   deps.Log,
		Retry: func(consumer string) { r.metrics.retries.WithLabelValues(consumer).Inc() },
		Dead:  func(consumer string) { r.metrics.dead.WithLabelValues(consumer).Inc() },
	})
	if err != nil {
		return nil, err
	}
	r.sync, err = sync.New(sync.Config{
		Service: r.service("127.0.0.1:0"), CRM: r.crm.URL, ERP: r.erp.URL, Faults: cfg.Faults,
	}, r.bus, r.given())
	if err != nil {
		return nil, err
	}
	money := finance.Config{Service: r.service(""), ERP: r.erp.URL, Pace: pace, Faults: cfg.Faults}
	if r.billing, err = finance.NewBilling(money, r.bus, r.given()); err != nil {
		return nil, err
	}
	if r.bank, err = finance.NewBank(money, r.bus, r.given()); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Reference) service(listen string) service.Config {
	return service.Config{Listen: listen, Dir: r.cfg.Dir, OTLP: r.cfg.OTLPHTTP, Events: r.cfg.Events}
}

func (r *Reference) given() service.Deps {
	bitten := func(f service.Fault) { r.metrics.faults.WithLabelValues(string(f)).Inc() }
	return service.Deps{Log: r.deps.Log, Now: r.deps.Now, Bitten: bitten}
}

// Start starts every part; the first opportunity is won at once. After an error
// everything that was started is stopped again.
func (r *Reference) Start(ctx context.Context) error {
	for _, p := range []part{r.bus, r.erp, r.crm, r.sync, r.billing, r.bank} {
		r.started = append(r.started, p)
		if err := p.Start(ctx); err != nil {
			return errors.Join(err, r.Stop(ctx))
		}
	}
	return nil
}

// Stop stops every part. Orders that are under way, messages and events that
// are unsent go on after the next Start with the same folder. Spans that cannot
// be sent before ctx ends are lost.
func (r *Reference) Stop(ctx context.Context) error {
	var err error
	for _, p := range slices.Backward(r.started) {
		err = errors.Join(err, p.Stop(ctx))
	}
	r.started = nil
	return err
}

// CRM returns the base URL of the CRM, after Start.
func (r *Reference) CRM() string { return r.crm.URL() }

// ERP returns the base URL of the ERP, after Start.
func (r *Reference) ERP() string { return r.erp.URL() }

// Hooks returns the base URL to which the middleware's webhooks go, after Start.
func (r *Reference) Hooks() string { return r.sync.URL() + "/hooks/" }

// NATS returns the URL of the NATS server, after Start.
func (r *Reference) NATS() string { return r.bus.URL() }
