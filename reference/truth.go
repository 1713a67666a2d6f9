package reference

import "throughline/reference/erp"

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
}

// Truth returns the journeys whose order the ERP has and whose opportunity the
// CRM still keeps, in the order of their order numbers.
func (r *Reference) Truth() []Journey {
	type origin struct{ opportunity, correlation, account string }
	origins := make(map[string]origin)
	for _, o := range r.crm.Opportunities() {
		origins[o.QuoteID] = origin{o.ID, o.CorrelationID, o.AccountID}
	}
	var journeys []Journey
	for _, o := range r.erp.Orders() {
		from, ok := origins[o.PurchaseOrderByCustomer]
		if !ok {
			continue
		}
		journeys = append(journeys, Journey{
			Opportunity: from.opportunity, Quote: o.PurchaseOrderByCustomer, Correlation: from.correlation, Account: from.account,
			Order: o.SalesOrder, Customer: o.SoldToParty, Deliveries: o.Deliveries, Invoices: o.Invoices, Payments: o.Payments,
			Net: o.NetAmount, Completed: o.Status == erp.Paid,
		})
	}
	return journeys
}
