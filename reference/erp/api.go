package erp

import (
	"net/http"

	"throughline/reference/service"
)

// filter is what a list may be narrowed by.
type filter struct {
	limit                     int
	status, order, collective string
}

func filterOf(r *http.Request) (filter, error) {
	limit, err := service.Limit(r)
	q := r.URL.Query()
	f := filter{limit: limit, status: q.Get("status"), collective: q.Get("collectiveNumber")}
	if order := q.Get("salesOrder"); order != "" {
		f.order = padded(order)
	}
	return f, err
}

func (e *ERP) routes() {
	e.Handle("GET /{$}", func(*http.Request) (int, any, error) { return http.StatusOK, index(), nil })
	e.Handle("PUT /api/customers", e.putCustomer)
	e.Handle("POST /api/orders", e.postOrder)
	e.Handle("POST /api/invoices", e.postInvoice)
	e.Handle("POST /api/payments", e.postPayment)
	serve(e, "customers", e.customers, func(filter) func(Customer) bool { return func(Customer) bool { return true } })
	serve(e, "orders", e.orders, e.matchOrder)
	serve(e, "deliveries", e.deliveries, matchDelivery)
	serve(e, "invoices", e.invoices, matchInvoice)
	serve(e, "payments", e.payments, func(filter) func(Payment) bool { return func(Payment) bool { return true } })
}

// index is what a person sees first.
func index() map[string]string {
	return map[string]string{
		"orders":     "/api/orders?status=&collectiveNumber=&limit=",
		"order":      "/api/orders/{number}",
		"deliveries": "/api/deliveries?salesOrder=&limit=",
		"invoices":   "/api/invoices?salesOrder=&status=open|paid&limit=",
		"invoice":    "/api/invoices/{number}",
		"payments":   "/api/payments",
		"customers":  "/api/customers",
	}
}

// serve answers GET for a list of documents, newest first, and for each one of
// them, by its number with or without leading zeros.
func serve[T any](e *ERP, name string, t *service.Table[T], match func(filter) func(T) bool) {
	e.Handle("GET /api/"+name, func(r *http.Request) (int, any, error) {
		f, err := filterOf(r)
		if err != nil {
			return 0, nil, err
		}
		var found []T
		e.DB.View(func() { found = t.Latest(f.limit, match(f)) })
		return http.StatusOK, map[string][]T{name: found}, nil
	})
	e.Handle("GET /api/"+name+"/{id}", func(r *http.Request) (int, any, error) {
		var row T
		var ok bool
		e.DB.View(func() {
			if row, ok = t.Get(r.PathValue("id")); !ok {
				row, ok = t.Get(padded(r.PathValue("id")))
			}
		})
		if !ok {
			return 0, nil, service.Refuse(http.StatusNotFound, "there is no %s of %s", r.PathValue("id"), name)
		}
		return http.StatusOK, row, nil
	})
}
