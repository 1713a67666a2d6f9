package sweeper

import (
	"context"
	"time"
)

// shipped is how many transitions go to the store at once.
const shipped = 5_000

// ship hands transitions to the store, for as long as it takes: at least once
// each, and the store knows what it has.
func (s *Sweeper) ship(ctx context.Context) {
	wait := 100 * time.Millisecond
	for ctx.Err() == nil {
		if err := s.shipSome(ctx); err == nil {
			wait = 100 * time.Millisecond
		} else if ctx.Err() == nil {
			s.metrics.failures.WithLabelValues("store").Inc()
			s.deps.Log.Debug("transitions wait for the store", "error", err, "retry_in", wait)
			wait = min(2*wait, 5*time.Second)
		}
		// Even when all goes well: many small inserts are dear.
		pause := time.NewTimer(max(wait, time.Second/2))
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

func (s *Sweeper) shipSome(ctx context.Context) error {
	from, err := s.ledger.readUpTo(storeReader)
	if err != nil {
		return err
	}
	transitions, err := s.ledger.after(ctx, from, shipped)
	if err != nil {
		return err
	}
	if err := s.deps.Store.SaveTransitions(ctx, transitions); err != nil {
		return err
	}
	return s.ledger.done(storeReader, transitions[len(transitions)-1].Seq)
}
