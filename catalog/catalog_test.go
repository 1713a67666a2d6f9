package catalog_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/catalog"
	"throughline/lineage"
)

func parse(t *testing.T) *lineage.Catalogue {
	t.Helper()
	var files []lineage.File
	err := fs.WalkDir(catalog.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(catalog.FS(), name)
		files = append(files, lineage.File{Name: name, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lineage.ParseCatalogue(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestShippedCatalogueIsValid(t *testing.T) {
	t.Parallel()
	flows := parse(t).Flows()
	if len(flows) != 1 || flows[0].Name != "quote-to-cash" || len(flows[0].Stages) != 6 {
		t.Errorf("flows are %+v", flows)
	}
}

func TestShippedCatalogueNamesItsSources(t *testing.T) {
	t.Parallel()
	c := parse(t)
	for source, name := range map[string]string{
		"urn:example:crm": "CRM", "urn:example:sync": "the middleware", "urn:example:erp": "ERP",
		"urn:example:billing": "finance", "urn:example:bank": "the bank",
	} {
		if got := c.Source(source).Name; got != name {
			t.Errorf("%s is called %q, want %q", source, got, name)
		}
	}
}

func TestShippedCatalogueMakesTwoPromises(t *testing.T) {
	t.Parallel()
	promises := make(map[string]string)
	for _, s := range parse(t).SLAs() {
		promises[s.Name] = fmt.Sprintf("%s of %s, %s to %s in %v by %s: %s",
			s.Flow, s.Subject, s.Start, s.Stop, time.Duration(s.Target), s.ClosingSource, s.Severity)
		if s.Title == "" || s.Runbook == "" || strings.Contains(s.Runbook, "\n") {
			t.Errorf("%s is called %q and says %q", s.Name, s.Title, s.Runbook)
		}
	}
	want := map[string]string{
		"invoice-posted": "quote-to-cash of order, ordered to invoiced in 1m0s by urn:example:billing: page",
		"order-booked":   "quote-to-cash of opportunity, won to ordered in 45s by urn:example:erp: page",
	}
	if diff := cmp.Diff(want, promises); diff != "" {
		t.Error(diff)
	}
}

// An order answered with 200 can fail in finance all the same: the event says so
// of the order, with the reason and the answer.
func TestRejectedInvoiceIsTheOrdersFailure(t *testing.T) {
	t.Parallel()
	ce, err := lineage.ParseCloudEvent([]byte(`{
		"specversion": "1.0", "id": "1", "source": "urn:example:billing", "type": "com.example.billing.invoice.rejected.v1",
		"time": "2026-10-24T12:00:00Z", "data": {
			"salesDocument": "0000004711", "deliveryDocuments": ["0080000001", "0080000002"], "customer": "0001000103",
			"netAmount": {"value": "1250.00", "currency": "EUR"}, "status": "rejected", "answered": 422,
			"reason": "tax code Z7 is not defined for country FR"}}`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := parse(t).FromCloudEvent("default", &ce, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if e.Subject().Type != "delivery" || e.Subject().ID != "80000001" || len(e.Refs) != 4 {
		t.Errorf("it is about %s and names %v", e.Subject(), e.Refs)
	}
	if e.Outcome != lineage.OutcomeFailed || e.Stage != "invoiced" || e.Answer != 422 || !strings.HasPrefix(e.Reason, "tax code") || !e.Amount.IsZero() {
		t.Errorf("it is %s of %s, %d %q, over %s", e.Outcome, e.Stage, e.Answer, e.Reason, e.Amount)
	}
}

// A payment that clears several invoices says how much of it each of them gets.
func TestPaymentSaysHowMuchEachInvoiceGets(t *testing.T) {
	t.Parallel()
	ce, err := lineage.ParseCloudEvent([]byte(`{
		"specversion": "1.0", "id": "1", "source": "urn:example:bank", "type": "com.example.bank.payment.received.v1", "data": {
			"paymentDocument": "1400000001", "endToEndId": "E-1", "amount": {"value": "1250.00", "currency": "EUR"},
			"remittance": [{"invoice": "90000001", "amount": {"value": "1000.00", "currency": "EUR"}},
				{"invoice": "90000002", "amount": {"value": "250.00", "currency": "EUR"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := parse(t).FromCloudEvent("default", &ce, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, r := range e.Refs {
		got[r.Object.ID] = r.Amount.String()
	}
	if diff := cmp.Diff(map[string]string{"1400000001": "", "90000001": "1000.00 EUR", "90000002": "250.00 EUR"}, got); diff != "" {
		t.Error(diff)
	}
}
