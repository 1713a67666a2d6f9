package crm

import (
	"net/http"

	"throughline/reference/service"
)

func (c *CRM) routes() {
	c.Handle("GET /{$}", func(*http.Request) (int, any, error) { return http.StatusOK, index(), nil })
	c.Handle("GET /api/accounts", func(*http.Request) (int, any, error) {
		return http.StatusOK, map[string][]Account{"accounts": c.accounts}, nil
	})
	serve(c, "opportunities", c.opportunities)
	serve(c, "quotes", c.quotes)
	c.Handle("POST /api/opportunities", c.postOpportunity)
	c.Handle("POST /api/quotes/{id}/accept", func(r *http.Request) (int, any, error) {
		q, err := c.accept(r.Context(), full(r.PathValue("id")))
		return http.StatusOK, q, err
	})
	c.Handle("PUT /api/quotes/{id}/order", c.putOrder)
}

// index is what a person sees first.
func index() map[string]string {
	return map[string]string{
		"accounts":      "/api/accounts",
		"opportunities": "/api/opportunities?limit=",
		"opportunity":   "/api/opportunities/{id}",
		"quotes":        "/api/quotes?limit=",
		"win":           "POST /api/opportunities",
		"accept":        "POST /api/quotes/{id}/accept",
	}
}

// postOpportunity wins one more opportunity, now, with the next quote of the
// desk's own making.
func (c *CRM) postOpportunity(r *http.Request) (int, any, error) {
	won, err := c.win(r.Context(), func(s deskState) deal { return newDeal(c.cfg.Pace.Seed, s.Deals, single, c.accounts) })
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, won[0], nil
}

// OrderHint is the body of PUT /api/quotes/{id}/order, by which the ERP's
// number comes back.
type OrderHint struct {
	SalesOrder string `json:"salesOrder"`
}

func (c *CRM) putOrder(r *http.Request) (int, any, error) {
	var hint OrderHint
	if err := service.Decode(r, &hint); err != nil {
		return 0, nil, err
	}
	id := full(r.PathValue("id"))
	var q Quote
	err := c.DB.Update(func() error {
		var ok bool
		if q, ok = c.quotes.Get(id); !ok {
			return service.Refuse(http.StatusNotFound, "there is no quote %s", id)
		}
		if q.ERPOrder != hint.SalesOrder {
			q.ERPOrder = hint.SalesOrder
			c.quotes.Put(id, q)
		}
		return nil
	})
	service.Tag(r.Context(), service.IDs{"quote.id": id, "opportunity.id": q.OpportunityID, "correlation.id": q.CorrelationID})
	return http.StatusOK, q, err
}

// serve answers GET for a list of records, newest first, and for each one of
// them, by its 15 or 18 characters.
func serve[T any](c *CRM, name string, t *service.Table[T]) {
	c.Handle("GET /api/"+name, func(r *http.Request) (int, any, error) {
		limit, err := service.Limit(r)
		if err != nil {
			return 0, nil, err
		}
		var found []T
		c.DB.View(func() { found = t.Latest(limit, func(T) bool { return true }) })
		return http.StatusOK, map[string][]T{name: found}, nil
	})
	c.Handle("GET /api/"+name+"/{id}", func(r *http.Request) (int, any, error) {
		var row T
		var ok bool
		c.DB.View(func() { row, ok = t.Get(full(r.PathValue("id"))) })
		if !ok {
			return 0, nil, service.Refuse(http.StatusNotFound, "there is no %s among the %s", r.PathValue("id"), name)
		}
		return http.StatusOK, row, nil
	})
}
