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

// payAfter is the share of a journey between the last invoice of a settlement
// and its payment, and payAgain the wait after a payment that did not go through.
const (
	payAfter = 0.35
	payAgain = time.Second
)

// Bank pays invoices, together where the customer pays together.
type Bank struct {
	*service.Service
	cfg  Config
	bus  *bus.Bus
	open *service.Table[erp.Invoice] // not paid yet
	paid *service.Table[string]      // payment of an invoice, to know a repeat by
}

// NewBank makes a bank that is not started. The bus must be started before it.
func NewBank(cfg Config, b *bus.Bus, deps service.Deps) (*Bank, error) {
	if b == nil || cfg.ERP == nil {
		return nil, errors.New("bank: want a bus and the base URL of the ERP")
	}
	cfg.Service.Name, cfg.Service.Source = "bank", "urn:example:bank"
	s, err := service.New(cfg.Service, deps)
	if err != nil {
		return nil, err
	}
	k := &Bank{Service: s, cfg: cfg, bus: b, open: service.NewTable[erp.Invoice](s.DB, "open")}
	k.paid = service.NewTable[string](s.DB, "paid").Keep(remembered, func(string) bool { return true })
	return k, nil
}

// Start takes messages, and plans the payment of what is open.
func (k *Bank) Start(ctx context.Context) error {
	if err := k.Open(ctx); err != nil {
		return err
	}
	k.DB.View(func() { k.open.Each(func(_ string, inv erp.Invoice) bool { k.plan(inv); return true }) })
	err := k.bus.Consume(ctx, k.Service, bus.Consumer{
		Stream: "BILLING", Name: "bank", Subject: invoiceSubject, Handle: k.noteInvoice,
		IDs: func(m bus.Message) service.IDs {
			var inv erp.Invoice
			_ = json.Unmarshal(m.Body, &inv) // the span does without what cannot be read
			return service.IDs{"invoice.id": inv.BillingDocument}
		},
	})
	if err != nil {
		return fmt.Errorf("bank: %w", err)
	}
	k.Run()
	return nil
}

// InHand returns how many invoices are open, as far as the bank has heard of them.
func (k *Bank) InHand() (n int) {
	k.DB.View(func() { n = k.open.Len() })
	return n
}

// noteInvoice keeps an invoice until it is paid.
func (k *Bank) noteInvoice(_ context.Context, m bus.Message) error {
	var inv erp.Invoice
	if err := json.Unmarshal(m.Body, &inv); err != nil {
		return err
	}
	repeat := false
	err := k.DB.Update(func() error {
		if _, repeat = k.paid.Get(inv.BillingDocument); !repeat {
			k.open.Put(inv.BillingDocument, inv)
		}
		return nil
	})
	if err == nil && !repeat {
		k.plan(inv)
	}
	return err
}

func (k *Bank) plan(inv erp.Invoice) {
	at := inv.PostedAt.Add(k.cfg.Pace.Of(payAfter, inv.Settlement.Key))
	k.Agenda.At(at, func(ctx context.Context) { k.settle(ctx, inv.Settlement) })
}

// settle pays the invoices of a settlement, if all of them are there: the last
// one's turn finds them so.
func (k *Bank) settle(ctx context.Context, s erp.Settlement) {
	var invoices []erp.Invoice
	k.DB.View(func() {
		k.open.Each(func(_ string, inv erp.Invoice) bool {
			if inv.Settlement.Key == s.Key {
				invoices = append(invoices, inv)
			}
			return true
		})
	})
	if len(invoices) < s.Documents {
		return
	}
	if err := k.pay(ctx, s.Key, invoices); err != nil && ctx.Err() == nil {
		k.Log.Warn("not paid, tried again soon", "key", s.Key, "err", err)
		k.Agenda.At(k.Now().Add(payAgain), func(ctx context.Context) { k.settle(ctx, s) })
	}
}

// pay posts one payment, tells of it, and strikes the invoices off. When it is
// cut off in between it is done again, and the ERP knows the reference.
func (k *Bank) pay(ctx context.Context, key string, invoices []erp.Invoice) error {
	if err := k.Events.Wait(ctx); err != nil {
		return err
	}
	ctx, span := k.Span(ctx, "pay invoices", trace.SpanKindInternal, nil)
	q := erp.PaymentRequest{Reference: "E2E-" + key}
	for _, inv := range invoices {
		q.Items = append(q.Items, erp.PaymentItem{Invoice: inv.BillingDocument, Amount: inv.NetAmount})
	}
	var p erp.Payment
	err := k.Call(ctx, k.cfg.ERP(), service.Call{Method: http.MethodPost, Route: "/api/payments", In: q, Out: &p})
	if err == nil {
		service.Tag(ctx, service.IDs{"payment.id": p.PaymentDocument})
		for _, item := range p.Items {
			_, span := k.Span(ctx, "clear invoice", trace.SpanKindInternal,
				service.IDs{"payment.id": p.PaymentDocument, "invoice.id": item.Invoice})
			span.End()
		}
		err = k.DB.Update(func() error {
			for _, inv := range invoices {
				k.open.Delete(inv.BillingDocument)
				k.paid.Put(inv.BillingDocument, p.PaymentDocument)
			}
			return k.Events.Put(paymentReceived(p))
		})
	}
	return service.End(span, err)
}
