package erp

import (
	"net/http"

	"throughline/reference/service"
)

// Customer is a business partner. ExternalReference is what another system
// calls it.
type Customer struct {
	Customer          string `json:"customer"`
	Name              string `json:"name"`
	ExternalReference string `json:"externalReference"`
	Country           string `json:"country"`
	Currency          string `json:"currency"`
}

// putCustomer keeps one customer for each external reference.
func (e *ERP) putCustomer(r *http.Request) (int, any, error) {
	var c Customer
	if err := service.Decode(r, &c); err != nil {
		return 0, nil, err
	}
	if c.ExternalReference == "" || c.Name == "" {
		return 0, nil, service.Refuse(http.StatusBadRequest, "externalReference and name are both wanted")
	}
	status := http.StatusOK
	err := e.DB.Update(func() error {
		old, ok := e.customers.Get(c.ExternalReference)
		if c.Customer = old.Customer; !ok {
			c.Customer = e.numbers.next("customer", firstCustomer)
			status = http.StatusCreated
		}
		if c != old {
			e.customers.Put(c.ExternalReference, c)
		}
		return nil
	})
	service.Tag(r.Context(), service.IDs{"customer.id": c.Customer})
	return status, c, err
}
