package crm

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// Opportunity is a chance of business. Those that the desk makes are won.
// Amounts are in minor units of the currency.
type Opportunity struct {
	ID              string    `json:"Id"`
	AccountID       string    `json:"AccountId"`
	Name            string    `json:"Name"`
	StageName       string    `json:"StageName"`
	AmountMinor     int64     `json:"AmountMinor"`
	CurrencyISOCode string    `json:"CurrencyIsoCode"`
	QuoteID         string    `json:"SyncedQuoteId"`
	CorrelationID   string    `json:"CorrelationId__c"`
	CreatedDate     time.Time `json:"CreatedDate"`
}

// wonEvent is the data of OpportunityWon.
type wonEvent struct {
	ID              string `json:"Id"`
	AccountID       string `json:"AccountId"`
	Name            string `json:"Name"`
	StageName       string `json:"StageName"`
	AmountMinor     int64  `json:"AmountMinor"`
	CurrencyISOCode string `json:"CurrencyIsoCode"`
}

// WonHook is the body of the webhook opportunity.won.
type WonHook struct {
	ID            string  `json:"Id"`
	CorrelationID string  `json:"CorrelationId__c"`
	Account       Account `json:"Account"`
}

// win keeps the opportunities and quotes of the next deal, and tells of them.
// Each has a correlation id of its own; it ends where the ERP begins.
func (c *CRM) win(ctx context.Context, next func(state deskState) deal) ([]Opportunity, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	var won []Opportunity
	var quotes []Quote
	err := c.DB.Update(func() error {
		state, _ := c.desk.Get(deskKey)
		d := next(state)
		for _, draft := range d.quotes {
			o, q := c.write(d.account, draft, state.Orders)
			state.Orders++
			won, quotes = append(won, o), append(quotes, q)
			if err := c.tellWon(ctx, o, d.account); err != nil {
				return err
			}
		}
		if len(won) > 0 {
			state.Deals++
			c.desk.Put(deskKey, state)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, q := range quotes {
		c.plan(q)
	}
	return won, nil
}

// write keeps one won opportunity and its quote. It is called inside DB.Update.
func (c *CRM) write(a Account, d draft, n int64) (Opportunity, Quote) {
	now := c.Now().UTC()
	o := Opportunity{
		ID: recordID(opportunityPrefix, n), AccountID: a.ID, Name: a.Name + " " + d.lines[0].ProductCode,
		StageName: "Closed Won", CurrencyISOCode: a.CurrencyISOCode, QuoteID: recordID(quotePrefix, n), CreatedDate: now,
	}
	for _, l := range d.lines {
		o.AmountMinor += l.TotalMinor
	}
	o.CorrelationID = c.correlation(o.ID)
	q := Quote{
		ID: o.QuoteID, OpportunityID: o.ID, AccountID: a.ID, Status: Presented, GrandTotalMinor: o.AmountMinor,
		CurrencyISOCode: o.CurrencyISOCode, Lines: d.lines, Terms: d.terms, CorrelationID: o.CorrelationID,
		ExpectedDate: now.Add(c.cfg.Pace.Of(acceptAfter, o.ID)), CreatedDate: now,
	}
	c.opportunities.Put(o.ID, o)
	c.quotes.Put(q.ID, q)
	return o, q
}

func (c *CRM) tellWon(ctx context.Context, o Opportunity, a Account) error {
	ids := service.IDs{"opportunity.id": o.ID, "account.id": a.ID, "correlation.id": o.CorrelationID}
	ctx, span := c.Span(ctx, "win opportunity", trace.SpanKindInternal, ids)
	err := c.Events.Put(service.Event{
		Type: OpportunityWon, Key: o.ID, Subject: o.ID, Time: o.CreatedDate, Correlation: o.CorrelationID,
		Trace: trace.SpanContextFromContext(ctx), Twice: c.cfg.Faults.Of(o.QuoteID) == service.FaultDuplicate,
		Data: wonEvent{o.ID, o.AccountID, o.Name, o.StageName, o.AmountMinor, o.CurrencyISOCode},
	})
	if err == nil {
		err = c.hooks.Put(HookWon, HookWon+":"+o.ID, WonHook{o.ID, o.CorrelationID, a}, ids)
	}
	return service.End(span, err)
}
