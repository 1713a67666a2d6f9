package finance

import (
	"context"
	"fmt"
	"time"

	"throughline/reference/erp"
	"throughline/reference/service"
)

// InvoiceRejected is told when finance does not post an invoice.
const InvoiceRejected = "com.example.billing.invoice.rejected.v1"

// rejection is a delivery whose invoice finance does not post.
type rejection struct {
	erp.Delivery
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// rejectedEvent is the data of InvoiceRejected. There is no invoice, so there is
// no number of one: it is told of what should have been billed.
type rejectedEvent struct {
	SalesDocument     string    `json:"salesDocument"`
	DeliveryDocuments []string  `json:"deliveryDocuments"`
	Customer          string    `json:"customer"`
	NetAmount         erp.Money `json:"netAmount"`
	Status            string    `json:"status"`
	Answered          int       `json:"answered"` // HTTP status of the ERP's answer
	Reason            string    `json:"reason"`
}

// Rejected returns the orders of the deliveries that finance does not bill until
// somebody corrects what is wrong.
func (l *Billing) Rejected() map[string]bool {
	orders := make(map[string]bool)
	l.DB.View(func() {
		l.rejected.Each(func(_ string, r rejection) bool { orders[r.SalesDocument] = true; return true })
	})
	return orders
}

// reject sets deliveries aside that finance does not bill, and tells of it.
func (l *Billing) reject(group []bill, why *service.StatusError) error {
	at := l.Now().UTC()
	err := l.DB.Update(func() error {
		for _, d := range group {
			l.due.Delete(d.DeliveryDocument)
			l.rejected.Put(d.DeliveryDocument, rejection{d.Delivery, why.Message, at})
		}
		return l.Events.Put(invoiceRejected(group, why, at))
	})
	if err != nil {
		return err
	}
	l.Log.Warn("invoice rejected", "key", group[0].Billing.Key, "err", why)
	for _, d := range group {
		l.plan(d.DeliveryDocument, rejection{At: at})
	}
	return nil
}

// plan puts on the agenda that a clerk corrects what an invoice was rejected for.
func (l *Billing) plan(delivery string, r rejection) {
	after := l.cfg.Faults.RepairAfter
	if after == 0 {
		return
	}
	l.Agenda.At(r.At.Add(after), func(ctx context.Context) {
		if err := l.correct(delivery); err != nil && ctx.Err() == nil {
			l.Log.Error("not corrected", "delivery", delivery, "err", err)
		}
	})
}

// correct has a delivery billed again by the next run.
func (l *Billing) correct(delivery string) error {
	return l.DB.Update(func() error {
		if r, ok := l.rejected.Get(delivery); ok {
			l.rejected.Delete(delivery)
			l.due.Put(delivery, bill{Delivery: r.Delivery, Corrected: true})
		}
		return nil
	})
}

// invoiceRejected tells of a rejection. Each is an event of its own, also when
// the same deliveries are rejected again later.
func invoiceRejected(group []bill, why *service.StatusError, at time.Time) service.Event {
	first := group[0]
	data := rejectedEvent{
		SalesDocument: first.SalesDocument, Customer: first.ShipToParty, NetAmount: erp.Money{Currency: first.NetAmount.Currency},
		Status: "rejected", Answered: why.Code, Reason: why.Message,
	}
	for _, d := range group {
		data.DeliveryDocuments = append(data.DeliveryDocuments, d.DeliveryDocument)
		data.NetAmount = data.NetAmount.Plus(d.NetAmount)
	}
	return service.Event{
		Type: InvoiceRejected, Key: fmt.Sprintf("%s/%d", first.Billing.Key, at.UnixNano()), Subject: first.DeliveryDocument,
		Time: at, Data: data,
	}
}
