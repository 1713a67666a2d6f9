package erp

import (
	"cmp"
	"net/http"
	"time"

	"throughline/reference/service"
)

// Invoice is a billing document for one delivery or several.
type Invoice struct {
	BillingDocument string        `json:"billingDocument"`
	BillingType     string        `json:"billingType"`
	PayerParty      string        `json:"payerParty"`
	NetAmount       Money         `json:"netAmount"`
	Items           []InvoiceItem `json:"items"`
	Settlement      Settlement    `json:"settlement"`
	Payment         string        `json:"payment,omitempty"`
	PostedAt        time.Time     `json:"postedAt"`
}

// InvoiceItem is what an invoice bills of one delivery.
type InvoiceItem struct {
	DeliveryDocument string `json:"deliveryDocument"`
	SalesDocument    string `json:"salesDocument"`
	NetAmount        Money  `json:"netAmount"`
}

// Settlement says which invoices the customer pays at once: those with the same
// key, once there are as many as Documents.
type Settlement struct {
	Key       string `json:"key"`
	Documents int    `json:"documents"`
}

// InvoiceRequest is the body of POST /api/invoices. The header Idempotency-Key
// is wanted beside it.
type InvoiceRequest struct {
	DeliveryDocuments []string `json:"deliveryDocuments"`
	Corrected         bool     `json:"corrected,omitempty"` // what finance rejected it for has been set right
}

// postInvoice bills deliveries: 201 when it is new, 200 when the key is known,
// 422 when finance will not post it as it is.
func (e *ERP) postInvoice(r *http.Request) (int, any, error) {
	var q InvoiceRequest
	if err := service.Decode(r, &q); err != nil {
		return 0, nil, err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" || len(q.DeliveryDocuments) == 0 {
		return 0, nil, service.Refuse(http.StatusBadRequest, "an Idempotency-Key and deliveryDocuments are both wanted")
	}
	status := http.StatusOK
	var inv Invoice
	if err := e.reject(q); err != nil {
		return 0, nil, err
	}
	err := e.DB.Update(func() error {
		if number, ok := e.invoiceKeys.Get(key); ok {
			inv, _ = e.invoices.Get(number)
			return nil
		}
		deliveries, err := e.billable(q.DeliveryDocuments)
		if err != nil {
			return err
		}
		status = http.StatusCreated
		inv = e.newInvoice(deliveries)
		e.invoiceKeys.Put(key, inv.BillingDocument)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	service.Tag(r.Context(), service.IDs{"invoice.id": inv.BillingDocument, "customer.id": inv.PayerParty})
	return status, inv, nil
}

// billable returns the deliveries, all of which must be shipped, not billed
// yet, and the same customer's.
func (e *ERP) billable(numbers []string) ([]Delivery, error) {
	deliveries := make([]Delivery, len(numbers))
	for i, number := range numbers {
		d, ok := e.deliveries.Get(padded(number))
		_, order := e.orders.Get(d.SalesDocument)
		switch {
		case !ok || !order:
			return nil, service.Refuse(http.StatusUnprocessableEntity, "delivery %s is not known", number)
		case d.ShippedAt == nil:
			return nil, service.Refuse(http.StatusConflict, "delivery %s is not shipped yet", number)
		case d.Invoice != "":
			return nil, service.Refuse(http.StatusConflict, "delivery %s is billed by %s already", number, d.Invoice)
		case d.ShipToParty != deliveries[0].ShipToParty && i > 0, d.NetAmount.Currency != deliveries[0].NetAmount.Currency && i > 0:
			return nil, service.Refuse(http.StatusUnprocessableEntity, "delivery %s has another customer or currency", number)
		}
		deliveries[i] = d
	}
	return deliveries, nil
}

// newInvoice keeps an invoice and marks what it bills.
func (e *ERP) newInvoice(deliveries []Delivery) Invoice {
	first := deliveries[0]
	terms := Terms{}
	inv := Invoice{
		BillingDocument: e.numbers.next("invoice", firstInvoice), BillingType: first.Billing.Type,
		PayerParty: first.ShipToParty, NetAmount: Money{0, first.NetAmount.Currency}, PostedAt: e.Now().UTC(),
	}
	for _, d := range deliveries {
		inv.Items = append(inv.Items, InvoiceItem{d.DeliveryDocument, d.SalesDocument, d.NetAmount})
		inv.NetAmount = inv.NetAmount.Plus(d.NetAmount)
	}
	if o, ok := e.orders.Get(first.SalesDocument); ok {
		terms = o.Terms
	}
	inv.Settlement = settlement(terms, inv.BillingDocument, first.SalesDocument)
	e.invoices.Put(inv.BillingDocument, inv)
	for _, d := range deliveries {
		d.Invoice = inv.BillingDocument
		e.deliveries.Put(d.DeliveryDocument, d)
		o, _ := e.orders.Get(d.SalesDocument)
		o.Invoices = add(o.Invoices, inv.BillingDocument)
		e.advance(&o)
		e.orders.Put(o.SalesOrder, o)
	}
	return inv
}

func settlement(t Terms, invoice, order string) Settlement {
	switch {
	case !t.CollectivePayment || t.CollectiveInvoice:
		return Settlement{invoice, 1}
	case t.CollectiveNumber != "":
		return Settlement{t.CollectiveNumber, t.CollectiveOrders * t.Deliveries}
	}
	return Settlement{order, t.Deliveries}
}

func matchInvoice(f filter) func(Invoice) bool {
	return func(i Invoice) bool {
		state := "open"
		if i.Payment != "" {
			state = Paid
		}
		order := f.order == ""
		for _, item := range i.Items {
			order = order || item.SalesDocument == f.order
		}
		return order && cmp.Or(f.status, state) == state
	}
}
