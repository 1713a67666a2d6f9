// Package erp is a small ERP system: customers, sales orders, deliveries,
// invoices and payments, with numbers of its own, behind a JSON API that a
// person can curl.
package erp

import (
	"context"
	"errors"

	"throughline/reference/service"
)

// The share of a journey that each step of the ERP takes.
const (
	bookAfter     = 0.08
	shipAfter     = 0.22
	nextShipAfter = 0.10
)

// How many documents of a kind are kept, at least those that are not done.
const keepOrders, keepDocuments = 5_000, 10_000

// Config says how fast the ERP goes.
type Config struct {
	Service service.Config // Name and Source are the ERP's own
	Pace    service.Pace
	Faults  service.Faults
}

// ERP is the system. Its tables are guarded by its DB.
type ERP struct {
	*service.Service
	cfg         Config
	hooks       *service.Webhooks
	numbers     ranges
	customers   *service.Table[Customer] // by external reference
	orders      *service.Table[Order]
	references  *service.Table[string] // order by purchaseOrderByCustomer
	deliveries  *service.Table[Delivery]
	invoices    *service.Table[Invoice]
	invoiceKeys *service.Table[string]
	payments    *service.Table[Payment]
	paymentRefs *service.Table[string]
	refusals    *service.Table[refusal] // by purchaseOrderByCustomer
}

// New makes an ERP that is not started.
func New(cfg Config, deps service.Deps) (*ERP, error) {
	cfg.Service.Name, cfg.Service.Source = "erp", "urn:example:erp"
	s, err := service.New(cfg.Service, deps)
	if err != nil {
		return nil, err
	}
	e := &ERP{Service: s, cfg: cfg, hooks: service.NewWebhooks(s)}
	e.numbers = ranges{service.NewTable[int64](s.DB, "numbers")}
	e.customers = service.NewTable[Customer](s.DB, "customers")
	always := func(string) bool { return true }
	e.orders = service.NewTable[Order](s.DB, "orders").Keep(keepOrders, e.finished)
	e.references = service.NewTable[string](s.DB, "references").Keep(keepDocuments, always)
	e.deliveries = service.NewTable[Delivery](s.DB, "deliveries").Keep(keepDocuments, func(d Delivery) bool {
		o, ok := e.orders.Get(d.SalesDocument)
		return d.Invoice != "" || !ok || e.finished(o)
	})
	e.invoices = service.NewTable[Invoice](s.DB, "invoices").Keep(keepDocuments, func(i Invoice) bool { return i.Payment != "" })
	e.invoiceKeys = service.NewTable[string](s.DB, "invoice_keys").Keep(keepDocuments, always)
	e.payments = service.NewTable[Payment](s.DB, "payments").Keep(keepDocuments, func(Payment) bool { return true })
	e.paymentRefs = service.NewTable[string](s.DB, "payment_references").Keep(keepDocuments, always)
	e.refusals = service.NewTable[refusal](s.DB, "refusals").Keep(keepDocuments, func(refusal) bool { return true })
	e.routes()
	return e, nil
}

// finished tells whether nothing will happen to an order any more.
func (e *ERP) finished(o Order) bool {
	return o.Status == Paid || o.Status == Delivered && e.cfg.Faults.Forever(o.PurchaseOrderByCustomer)
}

// Start opens the documents, plans what is left to do, and answers HTTP.
func (e *ERP) Start(ctx context.Context) error {
	if err := e.Open(ctx); err != nil {
		return err
	}
	e.DB.View(func() {
		e.orders.Each(func(_ string, o Order) bool { e.plan(o); return true })
		e.deliveries.Each(func(_ string, d Delivery) bool { e.planDelivery(d); return true })
	})
	e.Run()
	return nil
}

// wait blocks while an outbox is full.
func (e *ERP) wait(ctx context.Context) error {
	return errors.Join(e.Events.Wait(ctx), e.hooks.Wait(ctx))
}

// report logs why something on the agenda was not done.
func (e *ERP) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		e.Log.Error("not done", "err", err)
	}
}

// Orders returns the orders that are kept, oldest first.
func (e *ERP) Orders() []Order {
	var all []Order
	e.DB.View(func() { e.orders.Each(func(_ string, o Order) bool { all = append(all, o); return true }) })
	return all
}

// Counts returns how many orders were taken in and how many were paid, since
// the beginning.
func (e *ERP) Counts() (ordered, paid int) {
	e.DB.View(func() { ordered, paid = e.numbers.count("order", firstOrder), e.numbers.count(completed, 1) })
	return ordered, paid
}

// Unsent returns how many events and webhooks wait, and how many were refused.
func (e *ERP) Unsent() (unsent, refused int) {
	events, refusedEvents := e.Events.Waiting()
	hooks, refusedHooks := e.hooks.Waiting()
	return events + hooks, refusedEvents + refusedHooks
}
