package finance

import (
	"strings"

	"throughline/reference/erp"
	"throughline/reference/service"
)

// The types of events.
const (
	InvoicePosted   = "com.example.billing.invoice.posted.v1"
	PaymentReceived = "com.example.bank.payment.received.v1"
)

// invoiceEvent is the data of InvoicePosted. An invoice refers to its delivery
// (F2) or to its order (F1); one for several orders says how much each bears.
type invoiceEvent struct {
	BillingDocument  string       `json:"billingDocument"`
	BillingType      string       `json:"billingType"`
	PayerParty       string       `json:"payerParty"`
	NetAmount        erp.Money    `json:"netAmount"`
	SalesDocument    string       `json:"salesDocument,omitempty"`
	DeliveryDocument string       `json:"deliveryDocument,omitempty"`
	Allocations      []allocation `json:"allocations,omitempty"`
}

type allocation struct {
	SalesDocument string    `json:"salesDocument"`
	Amount        erp.Money `json:"amount"`
}

// invoicePosted tells of an invoice: the same, however often.
func invoicePosted(inv erp.Invoice) service.Event {
	data := invoiceEvent{
		BillingDocument: inv.BillingDocument, BillingType: inv.BillingType, PayerParty: inv.PayerParty, NetAmount: inv.NetAmount,
	}
	switch {
	case len(inv.Items) > 1:
		for _, item := range inv.Items {
			data.Allocations = append(data.Allocations, allocation{item.SalesDocument, item.NetAmount})
		}
	case inv.BillingType == "F1":
		data.SalesDocument = inv.Items[0].SalesDocument
	default:
		data.DeliveryDocument = inv.Items[0].DeliveryDocument
	}
	return service.Event{
		Type: InvoicePosted, Key: inv.BillingDocument, Subject: inv.BillingDocument, Time: inv.PostedAt, Data: data,
	}
}

// paymentEvent is the data of PaymentReceived. The bank writes numbers as they
// were on the transfer: without leading zeros.
type paymentEvent struct {
	PaymentDocument string       `json:"paymentDocument"`
	EndToEndID      string       `json:"endToEndId"`
	Amount          erp.Money    `json:"amount"`
	Remittance      []remittance `json:"remittance"`
}

type remittance struct {
	Invoice string    `json:"invoice"`
	Amount  erp.Money `json:"amount"`
}

// paymentReceived tells of a payment: the same, however often.
func paymentReceived(p erp.Payment) service.Event {
	data := paymentEvent{PaymentDocument: p.PaymentDocument, EndToEndID: p.Reference, Amount: p.Amount}
	for _, item := range p.Items {
		data.Remittance = append(data.Remittance, remittance{strings.TrimLeft(item.Invoice, "0"), item.Amount})
	}
	return service.Event{
		Type: PaymentReceived, Key: p.PaymentDocument, Subject: p.PaymentDocument, Time: p.PostedAt, Data: data,
	}
}
