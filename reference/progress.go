package reference

import (
	"context"
	"time"

	"throughline/reference/erp"
	"throughline/reference/sync"
)

// Progress is how far the pipeline has got since the beginning of its folder.
type Progress struct {
	Won       int // opportunities
	Ordered   int // orders that the ERP has taken in
	Completed int // orders that are delivered, billed and paid
	Lost      int // orders whose webhook the middleware has lost
	Dead      int // orders that are dead letters of the middleware
	Rejected  int // orders whose invoice finance has rejected
	Stuck     int // the three together: none of these goes on until somebody repairs it
	InHand    int // deliveries and invoices that billing and the bank have not struck off yet
	Unsent    int // events and webhooks that wait to be accepted
	Refused   int // events and webhooks that the receiver will never take
}

// Progress returns how far the pipeline has got. It may be called at any time
// after Start.
func (r *Reference) Progress() Progress {
	var p Progress
	p.Won = r.crm.Won()
	p.Ordered, p.Completed = r.erp.Counts()
	for _, why := range r.sync.Stuck() {
		switch why {
		case sync.Lost:
			p.Lost++
		case sync.Dead:
			p.Dead++
		}
	}
	p.Rejected = len(r.billing.Rejected())
	p.Stuck = p.Lost + p.Dead + p.Rejected
	p.InHand = r.billing.InHand() + r.bank.InHand()
	for _, of := range []func() (int, int){
		r.crm.Unsent, r.erp.Unsent, r.sync.Events.Waiting, r.billing.Events.Waiting, r.bank.Events.Waiting,
	} {
		unsent, refused := of()
		p.Unsent += unsent
		p.Refused += refused
	}
	return p
}

// Wait returns nil once at least n orders are completed and, if those are all
// that were won, every event was made and accepted. It returns ctx's error when that
// comes first.
func (r *Reference) Wait(ctx context.Context, n int) error {
	return poll(ctx, func() (bool, error) {
		p := r.Progress()
		return p.Completed >= n && (p.Won > n || p.InHand+p.Unsent == 0), nil
	})
}

// Settled returns nil once at least so many opportunities were won and, of all
// that were, each is completed or stuck, no message waits, and every event was
// made and accepted. What is stuck counts as settled until it is repaired; with
// RepairAfter 0 nothing at all happens after it. It is for pipelines whose Orders
// end. It returns ctx's error when that comes first.
func (r *Reference) Settled(ctx context.Context, orders int) error {
	return poll(ctx, func() (bool, error) {
		if r.crm.Won() < orders || r.underway() {
			return false, nil
		}
		// Everything stands still now, but for what was left behind on the way. It is
		// stored further down before it is struck off further up, so looking in the
		// direction in which it goes misses nothing.
		if unsent(r.crm.Unsent, r.erp.Unsent) > 0 {
			return false, nil
		}
		waiting, err := r.bus.Waiting(ctx)
		if err != nil || waiting > 0 || r.billing.InHand()+r.bank.InHand() > 0 {
			return false, err
		}
		return unsent(r.sync.Events.Waiting, r.billing.Events.Waiting, r.bank.Events.Waiting) == 0, nil
	})
}

// underway tells whether any order that is kept is neither completed nor stuck.
func (r *Reference) underway() bool {
	stuck := r.sync.Stuck()
	for _, q := range r.crm.Quotes() {
		if _, ok := stuck[q.ID]; !ok && q.ERPOrder == "" {
			return true
		}
	}
	rejected := r.billing.Rejected()
	for _, o := range r.erp.Orders() {
		if o.Status != erp.Paid && !rejected[o.SalesOrder] {
			return true
		}
	}
	return false
}

func unsent(of ...func() (int, int)) (n int) {
	for _, waiting := range of {
		waits, _ := waiting()
		n += waits
	}
	return n
}

// poll waits until done returns true or an error, or ctx ends.
func poll(ctx context.Context, done func() (bool, error)) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, err := done()
		if ctx.Err() != nil && !ok {
			return ctx.Err()
		}
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
