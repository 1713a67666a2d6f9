package reference

import (
	"throughline/reference/crm"
	"throughline/reference/erp"
	"throughline/reference/service"
)

// Journey is what one order really is, by the books of the two systems: what a
// lineage of it must show. All ids are as their systems write them.
type Journey struct {
	Opportunity string
	Quote       string
	Correlation string
	Account     string // CRM
	Order       string
	Customer    string // ERP
	Deliveries  []string
	Invoices    []string
	Payments    []string
	Net         erp.Money
	Completed   bool
	Fault       service.Fault // which it was to have; also after it was repaired
}

// Truth returns the journeys whose order the ERP has and whose opportunity the
// CRM still keeps, in the order of their order numbers. With FaultRejected a
// journey is not completed and has no invoice, until that is repaired.
func (r *Reference) Truth() []Journey {
	origins := make(map[string]crm.Opportunity)
	for _, o := range r.crm.Opportunities() {
		origins[o.QuoteID] = o
	}
	var journeys []Journey
	for _, o := range r.erp.Orders() {
		from, ok := origins[o.PurchaseOrderByCustomer]
		if !ok {
			continue
		}
		j := r.journey(from)
		j.Order, j.Customer, j.Net, j.Completed = o.SalesOrder, o.SoldToParty, o.NetAmount, o.Status == erp.Paid
		j.Deliveries, j.Invoices, j.Payments = o.Deliveries, o.Invoices, o.Payments
		journeys = append(journeys, j)
	}
	return journeys
}

// Troubled returns the journeys that never became an order: lost, or a dead
// letter, and not repaired yet. They are not among those of Truth. The oldest
// comes first.
func (r *Reference) Troubled() []Journey {
	ordered := make(map[string]bool)
	for _, o := range r.erp.Orders() {
		ordered[o.PurchaseOrderByCustomer] = true
	}
	stuck := r.sync.Stuck()
	var journeys []Journey
	for _, o := range r.crm.Opportunities() {
		if _, ok := stuck[o.QuoteID]; ok && !ordered[o.QuoteID] {
			journeys = append(journeys, r.journey(o))
		}
	}
	return journeys
}

// journey is what the CRM knows of one.
func (r *Reference) journey(o crm.Opportunity) Journey {
	return Journey{
		Opportunity: o.ID, Quote: o.QuoteID, Correlation: o.CorrelationID, Account: o.AccountID,
		Net: erp.Money{Minor: o.AmountMinor, Currency: o.CurrencyISOCode}, Fault: r.cfg.Faults.Of(o.QuoteID),
	}
}
