package erp

import (
	"net/http"
	"time"

	"throughline/reference/service"
)

// flakyRefusals is how often the ERP refuses an order before it takes it, when
// it is not well.
const flakyRefusals = 2

// refusal is how often an order or its invoice was refused, and since when.
type refusal struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"`
}

// suffers tells whether an order has a fault.
func (e *ERP) suffers(o Order, f service.Fault) bool {
	return e.cfg.Faults.Of(o.PurchaseOrderByCustomer) == f
}

// refuse returns the refusal of an order by an ERP that is not well, or nil when
// it is: what is missing then passes by itself, or is repaired after a while. An
// order that is there already is never refused.
func (e *ERP) refuse(quote string) error {
	fault := e.cfg.Faults.Of(quote)
	if fault != service.FaultFlaky && fault != service.FaultDown {
		return nil
	}
	var refused error
	var before refusal
	err := e.DB.Update(func() error {
		before, _ = e.refusals.Get(quote)
		_, known := e.references.Get(quote)
		switch {
		case known:
			return nil
		case fault == service.FaultFlaky && before.Count < flakyRefusals:
			refused = service.Refuse(http.StatusServiceUnavailable, "order entry is busy: all work processes are in use")
		case fault == service.FaultDown && !e.repaired(before):
			refused = service.Refuse(http.StatusServiceUnavailable, "the pricing engine does not answer")
		default:
			return nil
		}
		e.noteRefusal(quote, before)
		return nil
	})
	if err != nil {
		return err
	}
	e.countBite(fault, before, refused)
	return refused
}

// repaired tells whether somebody has seen to what was refused.
func (e *ERP) repaired(r refusal) bool {
	after := e.cfg.Faults.RepairAfter
	return after > 0 && r.Count > 0 && e.Now().Sub(r.Since) >= after
}

// noteRefusal counts one refusal more. It is called inside DB.Update.
func (e *ERP) noteRefusal(quote string, before refusal) {
	if before.Count++; before.Count == 1 {
		before.Since = e.Now().UTC()
	}
	e.refusals.Put(quote, before)
}

// countBite tells of a fault when it has refused something for the first time.
func (e *ERP) countBite(f service.Fault, before refusal, refused error) {
	if refused != nil && before.Count == 0 {
		e.Bitten(f)
	}
}

// reject returns why finance does not post an invoice, or nil when it does. The
// reason lies in the master data, so the order itself went well; it holds until
// a clerk has corrected them.
func (e *ERP) reject(q InvoiceRequest) error {
	if q.Corrected {
		return nil
	}
	var rejected error
	var before refusal
	err := e.DB.Update(func() error {
		for _, number := range q.DeliveryDocuments {
			d, _ := e.deliveries.Get(padded(number))
			o, ok := e.orders.Get(d.SalesDocument)
			if !ok || d.ShippedAt == nil || d.Invoice != "" || !e.suffers(o, service.FaultRejected) {
				continue
			}
			rejected = service.Refuse(http.StatusUnprocessableEntity, "%s", e.rejection(o))
			before, _ = e.refusals.Get(o.PurchaseOrderByCustomer)
			e.noteRefusal(o.PurchaseOrderByCustomer, before)
			return nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	e.countBite(service.FaultRejected, before, rejected)
	return rejected
}

// rejection is what finance says: one of the reasons that every bookkeeper
// knows. It is called inside DB.View or DB.Update.
func (e *ERP) rejection(o Order) string {
	country := "XX"
	e.customers.Each(func(_ string, c Customer) bool {
		if c.Customer == o.SoldToParty {
			country = c.Country
		}
		return c.Customer != o.SoldToParty
	})
	reasons := []string{
		"tax code Z7 is not defined for country " + country,
		"posting period " + e.Now().UTC().Format("01/2006") + " is closed for company code 1000",
		"customer " + o.SoldToParty + " is blocked for posting by credit management",
		"no cost centre for profit centre 4711-EU",
		"account 410000 is locked for posting in company code 1000",
	}
	return reasons[e.cfg.Faults.Pick(o.PurchaseOrderByCustomer, len(reasons))]
}
