package sync

import (
	"context"
	"time"

	"throughline/reference/service"
)

// Halt says why the order of a quote does not reach the ERP.
type Halt string

// The reasons.
const (
	Lost Halt = "lost" // its webhook was answered and is nowhere
	Dead Halt = "dead" // the ERP has refused it too often: it is a dead letter
)

// remembered is how many orders that do not reach the ERP are told of at most.
const remembered = 10_000

// The least and the most time between two looks at the dead letters.
const (
	shortestRedrive = 50 * time.Millisecond
	longestRedrive  = time.Second
)

// Stuck returns the quotes whose orders do not reach the ERP until somebody
// intervenes.
func (y *Sync) Stuck() map[string]Halt {
	all := make(map[string]Halt)
	y.DB.View(func() { y.stuck.Each(func(quote string, h Halt) bool { all[quote] = h; return true }) })
	return all
}

// lose forgets the webhook of a quote. That it did so is known only to those who
// know the truth of this pipeline.
func (y *Sync) lose(quote string) error {
	again := false
	err := y.DB.Update(func() error {
		if _, again = y.stuck.Get(quote); !again {
			y.stuck.Put(quote, Lost)
		}
		return nil
	})
	if err == nil && !again {
		y.Bitten(service.FaultLost)
	}
	return err
}

// redrive puts dead letters back into their streams once what they died of is
// repaired.
func (y *Sync) redrive(ctx context.Context) {
	after := y.cfg.Faults.RepairAfter
	ticker := time.NewTicker(min(max(after/4, shortestRedrive), longestRedrive))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := y.bus.Redrive(ctx, y.Service, y.Now().Add(-after), ids); err != nil && ctx.Err() == nil {
			y.Log.Warn("dead letters are still dead, tried again soon", "err", err)
		}
	}
}
