package crm

import (
	"context"
	"time"

	"throughline/reference/service"
)

// deskKey is the key of the one row of the table desk.
const deskKey = "desk"

// deskState is how far the sales desk has got.
type deskState struct {
	Deals  int64 // made so far
	Orders int64 // opportunities won so far
}

// sell makes deals at the rate of the config, the first at once, until there
// are as many orders as are wanted or ctx ends.
func (c *CRM) sell(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		won, err := c.win(ctx, c.nextDeal)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.Log.Error("nothing sold", "err", err)
		case len(won) == 0:
			return
		}
		timer.Reset(time.Duration(float64(max(1, len(won))) / c.cfg.Rate * float64(time.Second)))
	}
}

// nextDeal returns the deal after those that were made: none when there are
// orders enough.
func (c *CRM) nextDeal(state deskState) deal {
	k := kindOf(c.cfg.Pace.Seed, state.Deals)
	if c.cfg.Orders > 0 {
		left := int64(c.cfg.Orders) - state.Orders
		if left <= 0 {
			return deal{}
		}
		if left < int64(k.orders()) {
			k = single
		}
	}
	for n := range int64(k.orders()) {
		if c.cfg.Faults.Of(recordID(quotePrefix, state.Orders+n)) != service.FaultNone {
			k = single // a fault concerns one order
			break
		}
	}
	return newDeal(c.cfg.Pace.Seed, state.Deals, k, c.accounts)
}
