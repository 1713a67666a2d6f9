package erp

import (
	"net/http"
	"time"

	"throughline/reference/service"
)

// Payment is an incoming payment that clears one invoice or several. Reference
// is the payer's: there is one payment for each.
type Payment struct {
	PaymentDocument string        `json:"paymentDocument"`
	Reference       string        `json:"reference"`
	Amount          Money         `json:"amount"`
	Items           []PaymentItem `json:"items"`
	PostedAt        time.Time     `json:"postedAt"`
}

// PaymentItem is what a payment pays of one invoice.
type PaymentItem struct {
	Invoice string `json:"invoice"`
	Amount  Money  `json:"amount"`
}

// PaymentRequest is the body of POST /api/payments.
type PaymentRequest struct {
	Reference string        `json:"reference"`
	Items     []PaymentItem `json:"items"`
}

// postPayment clears invoices: 201 when it is new, 200 when the reference is known.
func (e *ERP) postPayment(r *http.Request) (int, any, error) {
	var q PaymentRequest
	if err := service.Decode(r, &q); err != nil {
		return 0, nil, err
	}
	if q.Reference == "" || len(q.Items) == 0 {
		return 0, nil, service.Refuse(http.StatusBadRequest, "reference and items are both wanted")
	}
	status := http.StatusOK
	var p Payment
	err := e.DB.Update(func() error {
		if number, ok := e.paymentRefs.Get(q.Reference); ok {
			p, _ = e.payments.Get(number)
			return nil
		}
		invoices, err := e.payable(q.Items)
		if err != nil {
			return err
		}
		status = http.StatusCreated
		p = e.newPayment(q.Reference, invoices)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	service.Tag(r.Context(), service.IDs{"payment.id": p.PaymentDocument})
	return status, p, nil
}

// payable returns the invoices, all of which must be open and paid in full.
func (e *ERP) payable(items []PaymentItem) ([]Invoice, error) {
	invoices := make([]Invoice, len(items))
	for i, item := range items {
		inv, ok := e.invoices.Get(padded(item.Invoice))
		switch {
		case !ok:
			return nil, service.Refuse(http.StatusUnprocessableEntity, "invoice %s is not known", item.Invoice)
		case inv.Payment != "":
			return nil, service.Refuse(http.StatusConflict, "invoice %s is paid by %s already", item.Invoice, inv.Payment)
		case inv.NetAmount != item.Amount:
			return nil, service.Refuse(http.StatusUnprocessableEntity, "invoice %s is over %s, not %s", item.Invoice, inv.NetAmount, item.Amount)
		case inv.NetAmount.Currency != items[0].Amount.Currency:
			return nil, service.Refuse(http.StatusUnprocessableEntity, "invoice %s is in %s", item.Invoice, inv.NetAmount.Currency)
		}
		invoices[i] = inv
	}
	return invoices, nil
}

// newPayment keeps a payment and marks what it pays.
func (e *ERP) newPayment(reference string, invoices []Invoice) Payment {
	p := Payment{
		PaymentDocument: e.numbers.next("payment", firstPayment), Reference: reference,
		Amount: Money{0, invoices[0].NetAmount.Currency}, PostedAt: e.Now().UTC(),
	}
	for _, inv := range invoices {
		p.Items = append(p.Items, PaymentItem{inv.BillingDocument, inv.NetAmount})
		p.Amount = p.Amount.Plus(inv.NetAmount)
		inv.Payment = p.PaymentDocument
		e.invoices.Put(inv.BillingDocument, inv)
	}
	e.payments.Put(p.PaymentDocument, p)
	e.paymentRefs.Put(reference, p.PaymentDocument)
	for _, inv := range invoices {
		for _, item := range inv.Items {
			o, ok := e.orders.Get(item.SalesDocument)
			if !ok {
				continue
			}
			o.Payments = add(o.Payments, p.PaymentDocument)
			e.advance(&o)
			e.orders.Put(o.SalesOrder, o)
		}
	}
	return p
}
