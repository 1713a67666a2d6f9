package reference

import (
	"context"
	"time"
)

// Progress is how far the pipeline has got since the beginning of its folder.
type Progress struct {
	Won       int // opportunities
	Ordered   int // orders that the ERP has taken in
	Completed int // orders that are delivered, billed and paid
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
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		p := r.Progress()
		if p.Completed >= n && (p.Won > n || p.InHand+p.Unsent == 0) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
