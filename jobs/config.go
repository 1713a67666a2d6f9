package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config is what an operator may set; a zero takes the default.
type Config struct {
	Dir    string        // where the note is kept. Required
	Tenant string        // whose evidence it is; default "default"
	Batch  int           // pieces of evidence in one batch; default 2,000
	Retry  time.Duration // after the store has failed; default 2 s
	Settle time.Duration // how long after the end it is made sure that all has reached the store; default 1 min
}

// Store keeps evidence, and how it is mapped anew.
type Store interface {
	// EventsLeft and RefusedLeft count what EventsAfter and RefusedAfter would return.
	EventsLeft(ctx context.Context, tenant string, after lineage.Place) (int64, error)
	RefusedLeft(ctx context.Context, tenant string, after lineage.RefusedPlace, before time.Time, own string) (int64, error)
	// EventsAfter returns the CloudEvents behind a place, as they are mapped now, in the
	// order of places: at most limit of them. None: there are no more.
	EventsAfter(ctx context.Context, tenant string, after lineage.Place, limit int) ([]lineage.Stored, error)
	// RefusedAfter returns CloudEvents that were quarantined one by one before a moment,
	// with their bytes, each once, in the order of lineage.RefusedPlace. Those that are
	// events since then are left out, but for the ones of the writer own.
	RefusedAfter(ctx context.Context, tenant string, after lineage.RefusedPlace, before time.Time, own string, limit int) ([]lineage.Quarantined, error)
	// SpansAfter and LogsAfter return the spans and the log records behind a place in which
	// one of some keys stands, each with the event that was read from it, in the order of
	// places: at most limit. Events of the writer own do not count.
	SpansAfter(ctx context.Context, tenant string, after lineage.ObservedPlace, keys []string, own string, limit int) ([]lineage.Observed, error)
	LogsAfter(ctx context.Context, tenant string, after lineage.ObservedPlace, keys []string, own string, limit int) ([]lineage.Observed, error)
	// SaveRemapped stores mappings; those that are there already change nothing.
	SaveRemapped(ctx context.Context, events []lineage.Stored) error
	// SaveQuarantine stores entries; one with an ID that is there changes nothing.
	SaveQuarantine(ctx context.Context, entries []lineage.Quarantined) error
	// Append stores the rows of a block, each once; those that are there already, of a
	// block in doubt, change nothing.
	Append(ctx context.Context, b *lineage.Block, inDoubt bool) error
}

// Feed takes events as they are mapped anew.
type Feed interface {
	// Remap has save store how events are mapped now, and then takes them so. It waits
	// while the feed is being loaded.
	Remap(ctx context.Context, events []lineage.Remapped, save func(context.Context) error) error
	// Settled tells whether all that follows is with the store, or on its way there.
	Settled() bool
}

// Deps is what a job stands on.
type Deps struct {
	Store Store
	Feed  Feed
	// Keys are the attribute keys that any catalogue has asked for by which what is stored
	// may have been mapped. Optional: without it, only those of the one in force.
	Keys func() ([]string, error)
	// Through tells up to when all that came in is stored: what came in before a
	// catalogue was put in force may have been mapped by the one before it.
	Through    func() time.Time
	Now        func() time.Time      // nil: time.Now
	Log        *slog.Logger          // nil: discard
	Registerer prometheus.Registerer // nil: metrics are kept, but nowhere shown
}

func (c *Config) fill() {
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.Batch <= 0 {
		c.Batch = 2_000
	}
	if c.Retry <= 0 {
		c.Retry = 2 * time.Second
	}
	if c.Settle <= 0 {
		c.Settle = time.Minute
	}
}

func (d *Deps) fill(dir string) error {
	for _, need := range []struct {
		name    string
		missing bool
	}{{"Dir", dir == ""}, {"Store", d.Store == nil}, {"Feed", d.Feed == nil}, {"Through", d.Through == nil}} {
		if need.missing {
			return lineage.Errorf(lineage.Internal, "new job", "%s is required", need.name)
		}
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Registerer == nil {
		d.Registerer = prometheus.NewRegistry()
	}
	return nil
}
