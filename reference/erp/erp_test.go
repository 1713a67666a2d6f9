package erp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"throughline/reference/erp"
	"throughline/reference/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type system struct {
	*erp.ERP
	t *testing.T
}

// start starts an ERP whose orders take no time.
func start(t *testing.T) system {
	t.Helper()
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(collector.Close)
	e, err := erp.New(erp.Config{
		Service: service.Config{Listen: "127.0.0.1:0", Dir: t.TempDir(), OTLP: collector.URL, Events: collector.URL},
		Pace:    service.Pace{Journey: time.Millisecond},
	}, service.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return system{e, t}
}

// do sends a request and returns its status, its answer as text and as out.
func (s system) do(method, path, key string, in, out any) (int, string) {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL()+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", key)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && out != nil && res.StatusCode < 300 {
		err = json.Unmarshal(raw, out)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func eur(minor int64) erp.Money { return erp.Money{Minor: minor, Currency: "EUR"} }

func request(reference string, deliveries int) erp.OrderRequest {
	return erp.OrderRequest{
		PurchaseOrderByCustomer: reference, CustomerReference: "acme", Terms: erp.Terms{Deliveries: deliveries, BillingType: "F2"},
		Items: []erp.OrderItem{{Item: "000010", Material: "A", Quantity: 1, NetAmount: eur(1000)}, {Item: "000020", Material: "B", Quantity: 2, NetAmount: eur(250)}},
	}
}

// shipped makes an order and waits until its deliveries have left.
func (s system) shipped(reference string, deliveries int) erp.Order {
	s.t.Helper()
	s.do("PUT", "/api/customers", "", erp.Customer{Name: "Acme", ExternalReference: "acme"}, nil)
	var o erp.Order
	if status, said := s.do("POST", "/api/orders", "", request(reference, deliveries), &o); status != http.StatusOK {
		s.t.Fatalf("%d %s", status, said)
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for o.Status != erp.Delivered {
		<-tick.C
		s.do("GET", "/api/orders/"+o.SalesOrder, "", nil, &o)
	}
	return o
}

func TestOrderIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	if status, said := s.do("POST", "/api/orders", "", request("q1", 1), nil); status != 424 || !strings.Contains(said, "acme") {
		t.Errorf("an unknown customer's order: %d %s", status, said)
	}
	first := s.shipped("q1", 1)
	var again erp.Order
	status, _ := s.do("POST", "/api/orders", "", request("q1", 1), &again)
	if status != http.StatusOK || again.SalesOrder != first.SalesOrder || again.SalesOrder != "0000004711" {
		t.Errorf("sent again: %d and order %s; want 200 and 0000004711", status, again.SalesOrder)
	}
	var customers struct{ Customers []erp.Customer }
	s.do("GET", "/api/customers", "", nil, &customers)
	if len(customers.Customers) != 1 || customers.Customers[0].Customer != "0001000101" {
		t.Errorf("customers are %+v", customers)
	}
}

func TestOrderIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		change func(*erp.OrderRequest)
		says   string
	}{
		"no reference":                      {func(q *erp.OrderRequest) { q.PurchaseOrderByCustomer = "" }, "purchaseOrderByCustomer"},
		"no items":                          {func(q *erp.OrderRequest) { q.Items = nil }, "items is empty"},
		"more deliveries than it has items": {func(q *erp.OrderRequest) { q.Terms.Deliveries = 3 }, "terms.deliveries is 3"},
		"a billing type of its own":         {func(q *erp.OrderRequest) { q.Terms.BillingType = "F9" }, "F9"},
		"two currencies":                    {func(q *erp.OrderRequest) { q.Items[1].NetAmount.Currency = "USD" }, "two currencies"},
		"a collective number of how many":   {func(q *erp.OrderRequest) { q.Terms.CollectiveNumber = "45" }, "collectiveOrders"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := request("q", 1)
			c.change(&q)
			if status, said := (system{s.ERP, t}).do("POST", "/api/orders", "", q, nil); status != 400 || !strings.Contains(said, c.says) {
				t.Errorf("%d %s; want 400 and %q", status, said, c.says)
			}
		})
	}
}

func TestInvoicesAndPaymentsArePostedOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	o := s.shipped("q1", 2)
	var one, two, again erp.Invoice
	if status, said := s.do("POST", "/api/invoices", "k1", erp.InvoiceRequest{DeliveryDocuments: o.Deliveries[:1]}, &one); status != 201 {
		t.Fatalf("%d %s", status, said)
	}
	if status, _ := s.do("POST", "/api/invoices", "k1", erp.InvoiceRequest{DeliveryDocuments: o.Deliveries[:1]}, &again); status != 200 || again.BillingDocument != one.BillingDocument {
		t.Errorf("sent again: %d and invoice %s, want 200 and %s", status, again.BillingDocument, one.BillingDocument)
	}
	if status, said := s.do("POST", "/api/invoices", "k9", erp.InvoiceRequest{DeliveryDocuments: o.Deliveries[:1]}, nil); status != 409 || !strings.Contains(said, one.BillingDocument) {
		t.Errorf("billed under another key: %d %s", status, said)
	}
	s.do("POST", "/api/invoices", "k2", erp.InvoiceRequest{DeliveryDocuments: o.Deliveries[1:]}, &two)
	if sum := one.NetAmount.Plus(two.NetAmount); sum != o.NetAmount || sum != eur(1250) {
		t.Errorf("invoices are over %s and %s, the order over %s", one.NetAmount, two.NetAmount, o.NetAmount)
	}
	pay := erp.PaymentRequest{Reference: "r1", Items: []erp.PaymentItem{
		{Invoice: strings.TrimLeft(one.BillingDocument, "0"), Amount: one.NetAmount}, {Invoice: two.BillingDocument, Amount: two.NetAmount},
	}}
	wrong := erp.PaymentRequest{Reference: "r0", Items: []erp.PaymentItem{{Invoice: one.BillingDocument, Amount: eur(1)}}}
	if status, said := s.do("POST", "/api/payments", "", wrong, nil); status != 422 || !strings.Contains(said, "0.01 EUR") {
		t.Errorf("a payment that is too small: %d %s", status, said)
	}
	var p, twice erp.Payment
	s.do("POST", "/api/payments", "", pay, &p)
	if status, _ := s.do("POST", "/api/payments", "", pay, &twice); status != 200 || twice.PaymentDocument != p.PaymentDocument {
		t.Errorf("paid again: %d and payment %s, want 200 and %s", status, twice.PaymentDocument, p.PaymentDocument)
	}
	s.do("GET", "/api/orders/4711", "", nil, &o)
	if o.Status != erp.Paid || len(o.Invoices) != 2 || len(o.Payments) != 1 || p.Amount != eur(1250) {
		t.Errorf("the order is %+v after payment of %s", o, p.Amount)
	}
	var paid struct{ Invoices []erp.Invoice }
	s.do("GET", "/api/invoices?status=paid&salesOrder=4711", "", nil, &paid)
	if len(paid.Invoices) != 2 || paid.Invoices[0].BillingDocument != two.BillingDocument {
		t.Errorf("paid invoices are %+v; want both, the newest first", paid.Invoices)
	}
	if status, said := s.do("GET", "/api/invoices/1", "", nil, nil); status != 404 || !strings.Contains(said, "invoices") {
		t.Errorf("an invoice that is not there: %d %s", status, said)
	}
}
