package erp

import (
	"cmp"
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// Delivery is an outbound delivery. It is made when its order is booked and
// shipped later.
type Delivery struct {
	DeliveryDocument string         `json:"deliveryDocument"`
	SalesDocument    string         `json:"salesDocument"`
	ShipToParty      string         `json:"shipToParty"`
	Items            []DeliveryItem `json:"items"`
	NetAmount        Money          `json:"netAmount"`
	CollectiveNumber string         `json:"collectiveNumber,omitempty"`
	Billing          Billing        `json:"billing"`
	Invoice          string         `json:"invoice,omitempty"`
	PlannedAt        time.Time      `json:"plannedAt"`
	ShippedAt        *time.Time     `json:"shippedAt,omitempty"`
}

// DeliveryItem is one line of a delivery.
type DeliveryItem struct {
	Item     string `json:"item"`
	Material string `json:"material"`
	Quantity int    `json:"quantity"`
}

// Billing says which deliveries go on one invoice: those with the same key,
// once there are as many as Documents.
type Billing struct {
	Type      string `json:"type"`
	Key       string `json:"key"`
	Documents int    `json:"documents"`
}

// newDeliveries spreads the items of an order over its deliveries and keeps
// them. It is called inside DB.Update.
func (e *ERP) newDeliveries(o *Order) []Delivery {
	made := make([]Delivery, o.Terms.Deliveries)
	now := e.Now().UTC()
	for n := range made {
		number := e.numbers.next("delivery", firstDelivery)
		d := Delivery{
			DeliveryDocument: number, SalesDocument: o.SalesOrder, ShipToParty: o.SoldToParty,
			NetAmount: Money{0, o.NetAmount.Currency}, CollectiveNumber: o.Terms.CollectiveNumber,
			Billing: Billing{Type: o.Terms.BillingType, Key: number, Documents: 1},
			PlannedAt: now.Add(e.cfg.Pace.Of(shipAfter, o.PurchaseOrderByCustomer) +
				time.Duration(n)*e.cfg.Pace.Of(nextShipAfter, o.PurchaseOrderByCustomer)),
		}
		if e.suffers(*o, service.FaultSlow) {
			d.PlannedAt = d.PlannedAt.Add(e.cfg.Faults.SlowBy)
		}
		if o.Terms.CollectiveInvoice {
			d.Billing.Key, d.Billing.Documents = o.Terms.CollectiveNumber, o.Terms.CollectiveOrders*o.Terms.Deliveries
		}
		for i := n; i < len(o.Items); i += len(made) {
			item := o.Items[i]
			d.Items = append(d.Items, DeliveryItem{item.Item, item.Material, item.Quantity})
			d.NetAmount = d.NetAmount.Plus(item.NetAmount)
		}
		o.Deliveries = add(o.Deliveries, number)
		e.deliveries.Put(number, d)
		made[n] = d
	}
	return made
}

func (e *ERP) planDelivery(d Delivery) {
	if d.ShippedAt == nil {
		e.Agenda.At(d.PlannedAt, func(ctx context.Context) { e.report(e.ship(ctx, d)) })
	}
}

// ship posts the goods issue of a delivery.
func (e *ERP) ship(ctx context.Context, d Delivery) error {
	if err := e.wait(ctx); err != nil {
		return err
	}
	ctx, span := e.Span(ctx, "ship delivery", trace.SpanKindInternal,
		service.IDs{"order.id": d.SalesDocument, "delivery.id": d.DeliveryDocument})
	return service.End(span, e.DB.Update(func() error {
		o, ok := e.orders.Get(d.SalesDocument)
		if !ok {
			return nil
		}
		now := e.Now().UTC()
		d.ShippedAt = &now
		e.deliveries.Put(d.DeliveryDocument, d)
		e.advance(&o)
		e.orders.Put(o.SalesOrder, o)
		return e.tellShipped(ctx, o, d)
	}))
}

func matchDelivery(f filter) func(Delivery) bool {
	return func(d Delivery) bool {
		return cmp.Or(f.order, d.SalesDocument) == d.SalesDocument && cmp.Or(f.collective, d.CollectiveNumber) == d.CollectiveNumber
	}
}
