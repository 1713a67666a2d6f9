package erp

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// The types of the ERP's events.
const (
	OrderBooked     = "com.example.erp.order.booked.v1"
	DeliveryShipped = "com.example.erp.delivery.shipped.v1"
)

// Webhooks of the ERP.
const (
	HookBooked  = "order.booked"
	HookShipped = "delivery.shipped"
)

// bookedEvent is thin, as an ERP's events are: its own numbers and the
// customer's reference, and no correlation id.
type bookedEvent struct {
	SalesOrder              string      `json:"salesOrder"`
	PurchaseOrderByCustomer string      `json:"purchaseOrderByCustomer"`
	SoldToParty             string      `json:"soldToParty"`
	NetAmount               Money       `json:"netAmount"`
	Items                   []OrderItem `json:"items"`
	Deliveries              []string    `json:"deliveries"`
}

type shippedEvent struct {
	DeliveryDocument string         `json:"deliveryDocument"`
	SalesDocument    string         `json:"salesDocument"`
	ShipToParty      string         `json:"shipToParty"`
	Items            []DeliveryItem `json:"items"`
}

// tellBooked puts the event and the webhook of a booked order. It is called
// inside DB.Update.
func (e *ERP) tellBooked(ctx context.Context, o Order) error {
	err := e.Events.Put(service.Event{
		Type: OrderBooked, Key: o.SalesOrder, Subject: o.SalesOrder, Time: o.ChangedAt,
		Trace: trace.SpanContextFromContext(ctx), Twice: e.suffers(o, service.FaultDuplicate),
		Data: bookedEvent{o.SalesOrder, o.PurchaseOrderByCustomer, o.SoldToParty, o.NetAmount, o.Items, o.Deliveries},
	})
	if err != nil {
		return err
	}
	return e.hooks.Put(HookBooked, HookBooked+":"+o.SalesOrder, o, service.IDs{"order.id": o.SalesOrder})
}

// tellShipped does so for a shipped delivery.
func (e *ERP) tellShipped(ctx context.Context, o Order, d Delivery) error {
	err := e.Events.Put(service.Event{
		Type: DeliveryShipped, Key: d.DeliveryDocument, Subject: d.DeliveryDocument, Time: *d.ShippedAt,
		Trace: trace.SpanContextFromContext(ctx), Twice: e.suffers(o, service.FaultDuplicate),
		Data: shippedEvent{d.DeliveryDocument, d.SalesDocument, d.ShipToParty, d.Items},
	})
	if err != nil {
		return err
	}
	return e.hooks.Put(HookShipped, HookShipped+":"+d.DeliveryDocument, d,
		service.IDs{"order.id": o.SalesOrder, "delivery.id": d.DeliveryDocument})
}
