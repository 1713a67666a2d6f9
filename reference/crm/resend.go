package crm

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"throughline/reference/service"
)

// AcceptedID is the webhook id by which a quote's acceptance is first told.
func AcceptedID(quote string) string { return HookAccepted + ":" + quote }

// planResend puts on the agenda that somebody looks after an accepted quote
// whose webhook is lost on its way.
func (c *CRM) planResend(q Quote) {
	after := c.cfg.Faults.RepairAfter
	if q.Status != Accepted || !c.unheard(q) || after == 0 || c.cfg.Faults.Of(q.ID) != service.FaultLost {
		return
	}
	c.Agenda.At(q.AcceptedDate.Add(after), func(ctx context.Context) {
		if err := c.resend(ctx, q.ID); err != nil && ctx.Err() == nil {
			c.Log.Error("webhook not sent again", "quote", q.ID, "err", err)
		}
	})
}

// unheard tells whether nothing has come back of a quote, and nobody asked twice.
func (c *CRM) unheard(q Quote) bool { return q.ERPOrder == "" && q.ResentDate == nil }

// resend sends the webhook of an accepted quote again, once, when no order
// number has come back. It goes under an id of its own: whoever remembers ids to
// know a repeat by would take it for one.
func (c *CRM) resend(ctx context.Context, id string) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	return c.DB.Update(func() error {
		q, ok := c.quotes.Get(id)
		if !ok || !c.unheard(q) {
			return nil
		}
		now := c.Now().UTC()
		q.ResentDate = &now
		c.quotes.Put(id, q)
		_, span := c.Span(ctx, "send webhook again", trace.SpanKindInternal, q.ids())
		return service.End(span, c.hooks.Put(HookAccepted, AcceptedID(id)+":again", q, q.ids()))
	})
}
