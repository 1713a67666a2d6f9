package sweeper

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
	"throughline/slo"
)

// Config is what a user may set.
type Config struct {
	Dir      string        // where slo.db is kept
	Tenant   string        // whose executions are judged; "": "default"
	Transit  time.Duration // how long an event is given to arrive here after it happened; 0 means 1 s
	Patience time.Duration // how long a breach waits for what is still on its way, before it is provisional; 0 means 1 min
	Readers  []string      // of the ledger, beside the store: a transition is kept until all are done with it

	// Of tests: a commit is not fsynced, holds few clocks, and fails before or after it is there.
	noSync bool
	atOnce int // 0: maxRecorded
	fail   func(committed bool) error
}

// Store keeps transitions and clocks for SQL. It may be away; what it lacks is
// handed to it again.
type Store interface {
	// SaveTransitions stores transitions and the clocks that they leave. The same
	// ones again change nothing.
	SaveTransitions(ctx context.Context, transitions []slo.Transition) error
}

// Mark is up to when everything is known: what was taken in before At is in the
// blocks up to Block. The zero Mark says nothing.
type Mark struct {
	Block uint64
	At    time.Time
}

// Deps is what the sweeper needs of the house.
type Deps struct {
	Mark       func() Mark                 // required
	Heard      func() map[string]time.Time // when each source that promised a heartbeat last said anything; nil: none did
	Store      Store                       // nil: transitions stay in the ledger until the readers are done
	Log        *slog.Logger                // nil discards
	Registerer prometheus.Registerer       // nil keeps the metrics to itself
	Now        func() time.Time            // nil means time.Now
}

func (c *Config) fill() error {
	if c.Dir == "" {
		return lineage.Errorf(lineage.Internal, "new sweeper", "Dir is required")
	}
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.Transit == 0 {
		c.Transit = time.Second
	}
	if c.atOnce == 0 {
		c.atOnce = maxRecorded
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	return nil
}

func (d *Deps) fill() error {
	if d.Mark == nil {
		return lineage.Errorf(lineage.Internal, "new sweeper", "Mark is required")
	}
	if d.Heard == nil {
		d.Heard = func() map[string]time.Time { return nil }
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Registerer == nil {
		d.Registerer = prometheus.NewRegistry()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return nil
}
