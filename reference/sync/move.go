package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"throughline/reference/bus"
	"throughline/reference/crm"
	"throughline/reference/erp"
	"throughline/reference/service"
)

// OrderTransferred is told after every try to hand an order to the ERP.
const OrderTransferred = "com.example.sync.order.transferred.v1"

// How a try ended.
const (
	accepted = "accepted"
	retrying = "retrying"
	rejected = "rejected" // for good: the message is a dead letter now
)

// transferredEvent is the data of OrderTransferred.
type transferredEvent struct {
	Quote      string `json:"quote"`
	SalesOrder string `json:"salesOrder,omitempty"`
	Status     string `json:"status"` // accepted, retrying, rejected
	Attempt    int    `json:"attempt"`
	Answered   int    `json:"answered,omitempty"` // HTTP status of the ERP's answer, if there was one
	Reason     string `json:"reason,omitempty"`
}

// moveToERP moves what happened in the CRM.
func (y *Sync) moveToERP(ctx context.Context, m bus.Message) error {
	if m.Subject == "crm."+crm.HookWon {
		return y.moveCustomer(ctx, m)
	}
	return y.moveOrder(ctx, m)
}

// moveCustomer sees to it that the ERP knows the account of an opportunity.
func (y *Sync) moveCustomer(ctx context.Context, m bus.Message) error {
	var h crm.WonHook
	if err := json.Unmarshal(m.Body, &h); err != nil {
		return err
	}
	a := h.Account
	return y.Call(ctx, y.cfg.ERP(), service.Call{
		Method: http.MethodPut, Route: "/api/customers", IDs: service.IDs{"account.id": a.ID},
		In: erp.Customer{Name: a.Name, ExternalReference: a.ID, Country: a.BillingCountry, Currency: a.CurrencyISOCode},
	})
}

// moveOrder makes a sales order of an accepted quote. The quote's id is the
// ERP's external reference, so a repeat finds the order that is there.
func (y *Sync) moveOrder(ctx context.Context, m bus.Message) error {
	var q crm.Quote
	if err := json.Unmarshal(m.Body, &q); err != nil {
		return err
	}
	var o erp.Order
	told := transferredEvent{Quote: q.ID, Attempt: m.Attempt}
	err := y.Call(ctx, y.cfg.ERP(), service.Call{
		Method: http.MethodPost, Route: "/api/orders", In: orderOf(q), Out: &o, Status: &told.Answered,
		IDs: service.IDs{"quote.id": q.ID, "correlation.id": q.CorrelationID},
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if told.Answered == http.StatusFailedDependency {
		err = fmt.Errorf("the customer comes first: %v", err) // no refusal of this order
	}
	var refused *service.StatusError
	switch {
	case err == nil:
		told.SalesOrder, told.Status = o.SalesOrder, accepted
		service.Tag(ctx, service.IDs{"order.id": o.SalesOrder})
	case errors.As(err, &refused) && m.Last():
		told.Status, told.Reason = rejected, err.Error()
	default:
		told.Status, told.Reason = retrying, err.Error()
	}
	if told := y.tell(ctx, q, told); told != nil {
		return told
	}
	return err
}

// tell puts the event of a try, and notes whether the order is stuck after it.
func (y *Sync) tell(ctx context.Context, q crm.Quote, data transferredEvent) error {
	if err := y.Events.Wait(ctx); err != nil {
		return err
	}
	return y.DB.Update(func() error {
		switch data.Status {
		case accepted:
			y.stuck.Delete(q.ID)
		case rejected:
			y.stuck.Put(q.ID, Dead)
		}
		return y.Events.Put(service.Event{
			// Every try is an event of its own, also one that a restart repeats.
			Type: OrderTransferred, Key: uuid.NewString(), Subject: q.ID,
			Time: y.Now().UTC(), Correlation: q.CorrelationID, Data: data,
		})
	})
}

// orderOf writes a quote as the ERP wants it.
func orderOf(q crm.Quote) erp.OrderRequest {
	order := erp.OrderRequest{
		PurchaseOrderByCustomer: q.ID, CustomerReference: q.AccountID, Terms: erp.Terms(q.Terms),
	}
	for i, l := range q.Lines {
		order.Items = append(order.Items, erp.OrderItem{
			Item: fmt.Sprintf("%06d", 10*(i+1)), Material: l.ProductCode, Quantity: l.Quantity,
			NetAmount: erp.Money{Minor: l.TotalMinor, Currency: q.CurrencyISOCode},
		})
	}
	return order
}

// moveNumber tells the CRM the number of a booked order.
func (y *Sync) moveNumber(ctx context.Context, m bus.Message) error {
	var o erp.Order
	if err := json.Unmarshal(m.Body, &o); err != nil {
		return err
	}
	return y.Call(ctx, y.cfg.CRM(), service.Call{
		Method: http.MethodPut, Route: "/api/quotes/{id}/order", ID: o.PurchaseOrderByCustomer,
		In: crm.OrderHint{SalesOrder: o.SalesOrder}, IDs: service.IDs{"order.id": o.SalesOrder},
	})
}
