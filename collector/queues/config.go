package queues

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config is what an operator may set; a zero takes the default.
type Config struct {
	NATS       string        // URL of a NATS server with JetStream, or several with commas between; required. May hold a password
	Tenant     string        // whose queues these are; "default"
	Every      time.Duration // between measurements; 2 s
	Keep       time.Duration // between rows that are stored; 10 s
	MostQueues int           // streams and consumers that are measured, in the order of names; 500
}

// Store keeps measurements. What it does not take is dropped.
type Store interface {
	SaveQueues(ctx context.Context, queues []lineage.Queue) error
}

// Deps is what a Watcher stands on; all of it is optional.
type Deps struct {
	Store      Store // nil: nothing is kept
	Log        *slog.Logger
	Registerer prometheus.Registerer // nil: metrics are nowhere shown
	Now        func() time.Time
}

func (c *Config) fill() {
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.Every <= 0 {
		c.Every = 2 * time.Second
	}
	if c.Keep <= 0 {
		c.Keep = 10 * time.Second
	}
	if c.MostQueues <= 0 {
		c.MostQueues = 500
	}
}

func (d *Deps) fill() {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
}
