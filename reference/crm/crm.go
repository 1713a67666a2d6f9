// Package crm is a small CRM with quotes: accounts, opportunities that are won,
// and quotes that are accepted, behind a JSON API that a person can curl. Its
// sales desk makes the business of the reference pipeline.
package crm

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"throughline/reference/service"
)

// The types of the CRM's events.
const (
	OpportunityWon = "com.example.crm.opportunity.won.v1"
	QuoteAccepted  = "com.example.cpq.quote.accepted.v1"
)

// Webhooks of the CRM.
const (
	HookWon      = "opportunity.won"
	HookAccepted = "quote.accepted"
)

// acceptAfter is the share of a journey between a win and the signature.
const acceptAfter = 0.15

// keepRecords is how many records of a kind are kept, at least those not done.
const keepRecords = 5_000

// Config says how fast the desk sells.
type Config struct {
	Service service.Config // Name and Source are the CRM's own
	Pace    service.Pace
	Faults  service.Faults
	Rate    float64 // orders per second, more than 0
	Orders  int     // after which the desk stops; 0: never
}

// CRM is the system. Its tables are guarded by its DB.
type CRM struct {
	*service.Service
	cfg           Config
	accounts      []Account
	hooks         *service.Webhooks
	opportunities *service.Table[Opportunity]
	quotes        *service.Table[Quote]
	desk          *service.Table[deskState]
}

// New makes a CRM that is not started.
func New(cfg Config, deps service.Deps) (*CRM, error) {
	if cfg.Rate <= 0 {
		return nil, fmt.Errorf("crm: Rate is %v; want orders per second", cfg.Rate)
	}
	cfg.Service.Name, cfg.Service.Source = "crm", "urn:example:crm"
	s, err := service.New(cfg.Service, deps)
	if err != nil {
		return nil, err
	}
	c := &CRM{Service: s, cfg: cfg, accounts: masterAccounts(), hooks: service.NewWebhooks(s)}
	c.opportunities = service.NewTable[Opportunity](s.DB, "opportunities").Keep(keepRecords, func(Opportunity) bool { return true })
	c.quotes = service.NewTable[Quote](s.DB, "quotes").Keep(keepRecords, func(q Quote) bool {
		return q.ERPOrder != "" || q.Status == Accepted && cfg.Faults.Forever(q.ID)
	})
	c.desk = service.NewTable[deskState](s.DB, "desk")
	c.routes()
	s.Go(c.sell)
	return c, nil
}

// Start opens the records, plans what is left to do, answers HTTP and sells.
func (c *CRM) Start(ctx context.Context) error {
	if err := c.Open(ctx); err != nil {
		return err
	}
	c.DB.View(func() { c.quotes.Each(func(_ string, q Quote) bool { c.plan(q); return true }) })
	c.Run()
	return nil
}

// wait blocks while an outbox is full.
func (c *CRM) wait(ctx context.Context) error {
	return errors.Join(c.Events.Wait(ctx), c.hooks.Wait(ctx))
}

// correlation makes the correlation id of an opportunity.
func (c *CRM) correlation(opportunity string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%d/%s", c.cfg.Pace.Seed, opportunity)).String()
}

// Opportunities returns the opportunities that are kept, oldest first.
func (c *CRM) Opportunities() []Opportunity {
	var all []Opportunity
	c.DB.View(func() { c.opportunities.Each(func(_ string, o Opportunity) bool { all = append(all, o); return true }) })
	return all
}

// Quotes returns the quotes that are kept, oldest first.
func (c *CRM) Quotes() []Quote {
	var all []Quote
	c.DB.View(func() { c.quotes.Each(func(_ string, q Quote) bool { all = append(all, q); return true }) })
	return all
}

// Won returns how many opportunities were won since the beginning.
func (c *CRM) Won() (n int) {
	c.DB.View(func() {
		state, _ := c.desk.Get(deskKey)
		n = int(state.Orders)
	})
	return n
}

// Unsent returns how many events and webhooks wait, and how many were refused.
func (c *CRM) Unsent() (unsent, refused int) {
	events, refusedEvents := c.Events.Waiting()
	hooks, refusedHooks := c.hooks.Waiting()
	return events + hooks, refusedEvents + refusedHooks
}
