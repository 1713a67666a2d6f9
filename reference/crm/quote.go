package crm

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// The states of a quote.
const (
	Presented = "Presented"
	Accepted  = "Accepted"
)

// Quote is an offer that the customer accepts. Amounts are in minor units of
// the currency.
type Quote struct {
	ID              string     `json:"Id"`
	OpportunityID   string     `json:"OpportunityId"`
	AccountID       string     `json:"AccountId"`
	Status          string     `json:"Status"`
	GrandTotalMinor int64      `json:"GrandTotalMinor"`
	CurrencyISOCode string     `json:"CurrencyIsoCode"`
	Lines           []Line     `json:"LineItems"`
	Terms           Terms      `json:"Terms__c"`
	CorrelationID   string     `json:"CorrelationId__c"`
	ERPOrder        string     `json:"ERP_Order__c,omitempty"`
	CreatedDate     time.Time  `json:"CreatedDate"`
	ExpectedDate    time.Time  `json:"ExpectedAcceptanceDate"`
	AcceptedDate    *time.Time `json:"AcceptedDate,omitempty"`
	ResentDate      *time.Time `json:"WebhookResentDate,omitempty"` // when nobody had answered with an order number
}

// Line is one line of a quote.
type Line struct {
	ProductCode    string `json:"ProductCode"`
	Quantity       int    `json:"Quantity"`
	UnitPriceMinor int64  `json:"UnitPriceMinor"`
	TotalMinor     int64  `json:"TotalPriceMinor"`
}

// Terms are what was agreed on delivery, billing and payment.
type Terms struct {
	Deliveries        int    `json:"Deliveries"`
	BillingType       string `json:"BillingType"`
	CollectiveNumber  string `json:"CollectiveNumber,omitempty"`
	CollectiveOrders  int    `json:"CollectiveOrders,omitempty"`
	CollectiveInvoice bool   `json:"CollectiveInvoice,omitempty"`
	CollectivePayment bool   `json:"CollectivePayment,omitempty"`
}

// acceptedEvent is the data of QuoteAccepted.
type acceptedEvent struct {
	ID              string `json:"Id"`
	OpportunityID   string `json:"OpportunityId"`
	AccountID       string `json:"AccountId"`
	Status          string `json:"Status"`
	GrandTotalMinor int64  `json:"GrandTotalMinor"`
	CurrencyISOCode string `json:"CurrencyIsoCode"`
	LineItems       []Line `json:"LineItems"`
}

// plan puts the next thing to do for a quote on the agenda.
func (c *CRM) plan(q Quote) {
	c.planResend(q)
	if q.Status == Presented {
		c.Agenda.At(q.ExpectedDate, func(ctx context.Context) {
			if _, err := c.accept(ctx, q.ID); err != nil && ctx.Err() == nil {
				c.Log.Error("quote not accepted", "quote", q.ID, "err", err)
			}
		})
	}
}

// accept takes the customer's signature, once.
func (c *CRM) accept(ctx context.Context, id string) (Quote, error) {
	if err := c.wait(ctx); err != nil {
		return Quote{}, err
	}
	var q Quote
	signed := false
	err := c.DB.Update(func() error {
		var ok bool
		if q, ok = c.quotes.Get(id); !ok {
			return service.Refuse(http.StatusNotFound, "there is no quote %s", id)
		}
		if q.Status == Accepted {
			return nil
		}
		now := c.Now().UTC()
		q.Status, q.AcceptedDate, signed = Accepted, &now, true
		c.quotes.Put(id, q)
		return c.tellAccepted(ctx, q)
	})
	if err == nil && signed {
		c.planResend(q)
		if c.duplicate(q) {
			c.Bitten(service.FaultDuplicate)
		}
	}
	return q, err
}

func (c *CRM) duplicate(q Quote) bool { return c.cfg.Faults.Of(q.ID) == service.FaultDuplicate }

func (q Quote) ids() service.IDs {
	return service.IDs{"opportunity.id": q.OpportunityID, "quote.id": q.ID, "correlation.id": q.CorrelationID}
}

func (c *CRM) tellAccepted(ctx context.Context, q Quote) error {
	ctx, span := c.Span(ctx, "accept quote", trace.SpanKindInternal, q.ids())
	err := c.Events.Put(service.Event{
		Type: QuoteAccepted, Key: q.ID, Subject: q.ID, Time: *q.AcceptedDate, Correlation: q.CorrelationID,
		Trace: trace.SpanContextFromContext(ctx), Twice: c.duplicate(q),
		Data: acceptedEvent{q.ID, q.OpportunityID, q.AccountID, q.Status, q.GrandTotalMinor, q.CurrencyISOCode, q.Lines},
	})
	if err == nil {
		err = c.hooks.Put(HookAccepted, AcceptedID(q.ID), q, q.ids())
	}
	return service.End(span, err)
}
