package erp

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// The states of an order, in the order in which it goes through them.
const (
	Received  = "received" // taken in; nothing was checked yet
	Booked    = "booked"
	Delivered = "delivered"
	Invoiced  = "invoiced"
	Paid      = "paid"
)

// Order is a sales order. PurchaseOrderByCustomer is the caller's reference:
// there is one order for each, however often it is sent.
type Order struct {
	SalesOrder              string      `json:"salesOrder"`
	PurchaseOrderByCustomer string      `json:"purchaseOrderByCustomer"`
	SoldToParty             string      `json:"soldToParty"`
	Status                  string      `json:"status"`
	NetAmount               Money       `json:"netAmount"`
	Items                   []OrderItem `json:"items"`
	Terms                   Terms       `json:"terms"`
	Deliveries              []string    `json:"deliveries"`
	Invoices                []string    `json:"invoices"`
	Payments                []string    `json:"payments"`
	CreatedAt               time.Time   `json:"createdAt"`
	ChangedAt               time.Time   `json:"changedAt"`
}

// OrderItem is one line of an order.
type OrderItem struct {
	Item      string `json:"item"`
	Material  string `json:"material"`
	Quantity  int    `json:"quantity"`
	NetAmount Money  `json:"netAmount"`
}

// Terms say how an order is delivered, billed and paid.
type Terms struct {
	Deliveries        int    `json:"deliveries"`                  // 1 or more; the items are spread over them
	BillingType       string `json:"billingType"`                 // F1 bills the order, F2 its deliveries
	CollectiveNumber  string `json:"collectiveNumber,omitempty"`  // of orders that belong together
	CollectiveOrders  int    `json:"collectiveOrders,omitempty"`  // how many of them there are
	CollectiveInvoice bool   `json:"collectiveInvoice,omitempty"` // one invoice for all of them
	CollectivePayment bool   `json:"collectivePayment,omitempty"` // one payment for all that is billed
}

// OrderRequest is the body of POST /api/orders.
type OrderRequest struct {
	PurchaseOrderByCustomer string      `json:"purchaseOrderByCustomer"`
	CustomerReference       string      `json:"customerReference"` // ExternalReference of the customer
	Items                   []OrderItem `json:"items"`
	Terms                   Terms       `json:"terms"`
}

func (q *OrderRequest) check() error {
	bad := func(format string, args ...any) error { return service.Refuse(http.StatusBadRequest, format, args...) }
	switch {
	case q.PurchaseOrderByCustomer == "":
		return bad("purchaseOrderByCustomer is missing; want the caller's reference")
	case len(q.Items) == 0:
		return bad("items is empty; an order has at least one")
	case q.Terms.Deliveries < 1 || q.Terms.Deliveries > len(q.Items):
		return bad("terms.deliveries is %d; want 1 to %d, the number of items", q.Terms.Deliveries, len(q.Items))
	case q.Terms.BillingType != "F1" && q.Terms.BillingType != "F2":
		return bad("terms.billingType is %q; want F1 or F2", q.Terms.BillingType)
	case q.Terms.CollectiveNumber != "" && q.Terms.CollectiveOrders < 1:
		return bad("terms.collectiveOrders is missing; want how many orders have the collective number")
	}
	for _, i := range q.Items {
		if i.NetAmount.Currency != q.Items[0].NetAmount.Currency {
			return bad("items have two currencies, %s and %s", q.Items[0].NetAmount.Currency, i.NetAmount.Currency)
		}
	}
	return nil
}

// postOrder takes an order in: 200 when it is new, and when its reference is
// known. It is booked later, so 200 does not say that it will be, and still less
// that finance will take its invoice.
func (e *ERP) postOrder(r *http.Request) (int, any, error) {
	var q OrderRequest
	if err := service.Decode(r, &q); err != nil {
		return 0, nil, err
	}
	if err := q.check(); err != nil {
		return 0, nil, err
	}
	if err := e.refuse(q.PurchaseOrderByCustomer); err != nil {
		return 0, nil, err
	}
	isNew := false
	var o Order
	err := e.DB.Update(func() error {
		if number, ok := e.references.Get(q.PurchaseOrderByCustomer); ok {
			o, _ = e.orders.Get(number)
			return nil
		}
		customer, ok := e.customers.Get(q.CustomerReference)
		if !ok {
			return service.Refuse(http.StatusFailedDependency, "customer with reference %q is not known", q.CustomerReference)
		}
		isNew = true
		o = e.newOrder(&q, customer)
		e.orders.Put(o.SalesOrder, o)
		e.references.Put(o.PurchaseOrderByCustomer, o.SalesOrder)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	service.Tag(r.Context(), service.IDs{"order.id": o.SalesOrder, "customer.id": o.SoldToParty})
	if isNew {
		e.plan(o)
	}
	return http.StatusOK, o, nil
}

func (e *ERP) newOrder(q *OrderRequest, c Customer) Order {
	now := e.Now().UTC()
	o := Order{
		SalesOrder: e.numbers.next("order", firstOrder), PurchaseOrderByCustomer: q.PurchaseOrderByCustomer,
		SoldToParty: c.Customer, Status: Received, Items: q.Items, Terms: q.Terms,
		NetAmount: Money{0, q.Items[0].NetAmount.Currency}, CreatedAt: now, ChangedAt: now,
		Deliveries: []string{}, Invoices: []string{}, Payments: []string{},
	}
	for _, i := range o.Items {
		o.NetAmount = o.NetAmount.Plus(i.NetAmount)
	}
	return o
}

// plan puts the next thing to do for an order on the agenda.
func (e *ERP) plan(o Order) {
	if o.Status == Received {
		at := o.CreatedAt.Add(e.cfg.Pace.Of(bookAfter, o.PurchaseOrderByCustomer))
		e.Agenda.At(at, func(ctx context.Context) { e.report(e.book(ctx, o.SalesOrder)) })
	}
}

// book checks an order and makes its deliveries. This is where an order that
// was answered with 200 becomes one that will be delivered.
func (e *ERP) book(ctx context.Context, number string) error {
	if err := e.wait(ctx); err != nil {
		return err
	}
	ctx, span := e.Span(ctx, "book order", trace.SpanKindInternal, service.IDs{"order.id": number})
	var made []Delivery
	var booked Order
	err := e.DB.Update(func() error {
		o, ok := e.orders.Get(number)
		if !ok || o.Status != Received {
			return nil
		}
		made = e.newDeliveries(&o)
		o.Status, o.ChangedAt = Booked, e.Now().UTC()
		e.orders.Put(number, o)
		booked = o
		return e.tellBooked(ctx, o)
	})
	for _, d := range made {
		e.planDelivery(d)
	}
	if err == nil && len(made) > 0 && e.suffers(booked, service.FaultSlow) {
		e.Bitten(service.FaultSlow)
	}
	return service.End(span, err)
}

// advance sets an order's state from its documents. It is called inside
// DB.Update with the deliveries, invoices and payments already kept.
func (e *ERP) advance(o *Order) {
	shipped, billed := 0, map[string]bool{}
	for _, number := range o.Deliveries {
		if d, _ := e.deliveries.Get(number); d.ShippedAt != nil {
			shipped++
		}
	}
	paid := 0
	for _, number := range o.Invoices {
		i, _ := e.invoices.Get(number)
		for _, item := range i.Items {
			if item.SalesDocument == o.SalesOrder {
				billed[item.DeliveryDocument] = true
			}
		}
		if i.Payment != "" {
			paid++
		}
	}
	all := len(o.Deliveries)
	switch {
	case len(billed) == all && paid == len(o.Invoices):
		if o.Status != Paid {
			e.numbers.next(completed, 1)
		}
		o.Status = Paid
	case len(billed) == all:
		o.Status = Invoiced
	case shipped == all:
		o.Status = Delivered
	}
	o.ChangedAt = e.Now().UTC()
}

// add appends a number that is not there yet to a copy of the list.
func add(list []string, number string) []string {
	if slices.Contains(list, number) {
		return list
	}
	return append(slices.Clone(list), number)
}

func (e *ERP) matchOrder(f filter) func(Order) bool {
	return func(o Order) bool {
		return cmp.Or(f.status, o.Status) == o.Status && cmp.Or(f.collective, o.Terms.CollectiveNumber) == o.Terms.CollectiveNumber
	}
}
