// Package finance bills what the ERP has shipped and pays what was billed:
// billing is a batch job that posts invoices, and the bank stands for the
// customers who pay them. Both are services of their own.
package finance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/bus"
	"throughline/reference/erp"
	"throughline/reference/service"
)

// The subject under which the bank hears of an invoice.
const invoiceSubject = "billing.invoice.posted"

// runEvery is the share of a journey between two billing runs, and shortestRun
// the least time between them.
const (
	runEvery    = 0.08
	shortestRun = 50 * time.Millisecond
)

// remembered is how many documents a service remembers to know a repeat by.
const remembered = 10_000

// Config says where the ERP is and how fast things go.
type Config struct {
	Service service.Config // Name and Source are the service's own
	ERP     func() string  // base URL, once it is started
	Pace    service.Pace
	Faults  service.Faults
}

// Billing posts invoices for shipped deliveries, in runs.
type Billing struct {
	*service.Service
	cfg Config
	bus *bus.Bus

	due      *service.Table[bill]      // shipped and not billed yet
	rejected *service.Table[rejection] // billed in vain, until somebody corrects what is wrong
	billed   *service.Table[string]    // invoice of a delivery, to know a repeat by
}

// bill is a delivery that is to be billed.
type bill struct {
	erp.Delivery
	Corrected bool `json:"corrected,omitempty"` // what its invoice was rejected for
}

// NewBilling makes a billing that is not started. The bus must be started before it.
func NewBilling(cfg Config, b *bus.Bus, deps service.Deps) (*Billing, error) {
	if b == nil || cfg.ERP == nil {
		return nil, errors.New("billing: want a bus and the base URL of the ERP")
	}
	cfg.Service.Name, cfg.Service.Source = "billing", "urn:example:billing"
	s, err := service.New(cfg.Service, deps)
	if err != nil {
		return nil, err
	}
	l := &Billing{Service: s, cfg: cfg, bus: b, due: service.NewTable[bill](s.DB, "due")}
	l.rejected = service.NewTable[rejection](s.DB, "rejected")
	if cfg.Faults.RepairAfter == 0 {
		l.rejected.Keep(remembered, func(rejection) bool { return true })
	}
	l.billed = service.NewTable[string](s.DB, "billed").Keep(remembered, func(string) bool { return true })
	s.Go(l.bill)
	return l, nil
}

// Start takes messages and bills what is due.
func (l *Billing) Start(ctx context.Context) error {
	if err := l.Open(ctx); err != nil {
		return err
	}
	l.DB.View(func() { l.rejected.Each(func(number string, r rejection) bool { l.plan(number, r); return true }) })
	err := l.bus.Consume(ctx, l.Service, bus.Consumer{
		Stream: "ERP", Name: "billing", Subject: "erp." + erp.HookShipped, Handle: l.noteDelivery,
		IDs: func(m bus.Message) service.IDs {
			var d erp.Delivery
			_ = json.Unmarshal(m.Body, &d) // the span does without what cannot be read
			return service.IDs{"order.id": d.SalesDocument, "delivery.id": d.DeliveryDocument}
		},
	})
	if err != nil {
		return fmt.Errorf("billing: %w", err)
	}
	l.Run()
	return nil
}

// InHand returns how many deliveries are shipped and not billed, as far as
// billing has heard of them.
func (l *Billing) InHand() (n int) {
	l.DB.View(func() { n = l.due.Len() })
	return n
}

// noteDelivery keeps a shipped delivery for the next run. The run has a trace
// of its own: the one of the message, if it had any, ends here.
func (l *Billing) noteDelivery(_ context.Context, m bus.Message) error {
	var d erp.Delivery
	if err := json.Unmarshal(m.Body, &d); err != nil {
		return err
	}
	return l.DB.Update(func() error {
		_, billed := l.billed.Get(d.DeliveryDocument)
		_, rejected := l.rejected.Get(d.DeliveryDocument)
		_, due := l.due.Get(d.DeliveryDocument)
		if !billed && !rejected && !due {
			l.due.Put(d.DeliveryDocument, bill{Delivery: d})
		}
		return nil
	})
}

// bill makes a run now and then.
func (l *Billing) bill(ctx context.Context) {
	ticker := time.NewTicker(max(shortestRun, time.Duration(runEvery*float64(l.cfg.Pace.Journey))))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if groups := l.complete(); len(groups) > 0 {
			l.run(ctx, groups)
		}
	}
}

// complete returns the deliveries that can be billed, by the invoice they go on.
func (l *Billing) complete() [][]bill {
	byKey := make(map[string][]bill)
	var keys []string
	l.DB.View(func() {
		l.due.Each(func(_ string, d bill) bool {
			if byKey[d.Billing.Key] = append(byKey[d.Billing.Key], d); len(byKey[d.Billing.Key]) == d.Billing.Documents {
				keys = append(keys, d.Billing.Key)
			}
			return true
		})
	})
	groups := make([][]bill, len(keys))
	for i, key := range keys {
		groups[i] = byKey[key]
	}
	return groups
}

// run posts the invoices of one billing run, all in one trace.
func (l *Billing) run(ctx context.Context, groups [][]bill) {
	ctx, span := l.Span(ctx, "billing run", trace.SpanKindInternal, nil)
	defer span.End()
	for _, group := range groups {
		if err := l.invoice(ctx, group); err != nil && ctx.Err() == nil {
			l.Log.Warn("not billed, the next run tries again", "key", group[0].Billing.Key, "err", err)
		}
	}
}

// invoice posts one invoice, tells of it, and strikes the deliveries off. When
// it is cut off in between, the next run does it all again: the ERP knows the
// key, NATS the message's id, and the event is the same. What finance rejects is
// set aside: it would be rejected again.
func (l *Billing) invoice(ctx context.Context, group []bill) error {
	if err := l.Events.Wait(ctx); err != nil {
		return err
	}
	ctx, span := l.Span(ctx, "post invoice", trace.SpanKindInternal, nil)
	var inv erp.Invoice
	err := l.Call(ctx, l.cfg.ERP(), service.Call{
		Method: http.MethodPost, Route: "/api/invoices", Key: group[0].Billing.Key, In: request(group), Out: &inv,
	})
	if err == nil {
		service.Tag(ctx, service.IDs{"invoice.id": inv.BillingDocument})
		l.traceItems(ctx, inv)
		err = l.announce(ctx, inv)
	}
	if err == nil {
		err = l.DB.Update(func() error {
			for _, d := range group {
				l.due.Delete(d.DeliveryDocument)
				l.billed.Put(d.DeliveryDocument, inv.BillingDocument)
			}
			return l.Events.Put(invoicePosted(inv))
		})
	}
	var refused *service.StatusError
	if errors.As(err, &refused) && refused.Code == http.StatusUnprocessableEntity {
		_ = service.End(span, err) // which the books now tell of, and the event
		return l.reject(group, refused)
	}
	return service.End(span, err)
}

func request(group []bill) erp.InvoiceRequest {
	var q erp.InvoiceRequest
	for _, d := range group {
		q.DeliveryDocuments = append(q.DeliveryDocuments, d.DeliveryDocument)
		q.Corrected = q.Corrected || d.Corrected
	}
	return q
}

// traceItems has a span for each delivery that is billed, with all that it
// belongs to, so that no span of a run names an order without its documents.
func (l *Billing) traceItems(ctx context.Context, inv erp.Invoice) {
	for _, item := range inv.Items {
		_, span := l.Span(ctx, "bill delivery", trace.SpanKindInternal, service.IDs{
			"invoice.id": inv.BillingDocument, "delivery.id": item.DeliveryDocument, "order.id": item.SalesDocument,
		})
		span.End()
	}
}

// announce hands the invoice to the bank.
func (l *Billing) announce(ctx context.Context, inv erp.Invoice) error {
	body, err := json.Marshal(inv)
	if err != nil {
		return err
	}
	m := bus.Message{Subject: invoiceSubject, ID: "invoice:" + inv.BillingDocument, Body: body}
	return l.bus.Publish(ctx, l.Service, m, service.IDs{"invoice.id": inv.BillingDocument})
}
