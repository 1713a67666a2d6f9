package alerts

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
	"throughline/slo"
)

// Config is what an operator may set; a zero takes the default.
type Config struct {
	Dir     string // where alerts.db is kept; required
	Tenant  string // whose transitions and questions name none; "": default
	Webhook string // URL that is told of incidents; "": only the log is told
	Token   string // bearer token that the webhook is shown; secret
	Version string // of the house, for the User-Agent; "": dev

	// URL returns the base address of the pages, for deep links:
	// "http://127.0.0.1:8080". nil: messages carry none.
	URL func() string

	Keep    int           // resolved incidents of a tenant that are kept at hand; 0: 20,000
	KeepFor time.Duration // and for how long; 0: 30 days

	batch  int  // transitions that one transaction takes in; 0: 500
	noSync bool // of tests: a commit need not outlive the machine
}

// Ledger holds the transitions, in order.
type Ledger interface {
	// After returns at most limit transitions beyond seq, in order. It waits until
	// there is one, or ctx ends. It may fail with NotFound for a place that it never
	// reached.
	After(ctx context.Context, seq uint64, limit int) ([]slo.Transition, error)
	// Done says that reader needs no transition up to seq any more.
	Done(ctx context.Context, reader string, seq uint64) error
}

// Store keeps incidents for SQL. It may be away; what it lacks is handed to it
// again, and the greatest version of an incident counts.
type Store interface {
	SaveIncidents(ctx context.Context, incidents []slo.Incident) error
}

// Deps is what the alerts stand on.
type Deps struct {
	Ledger Ledger       // required
	Store  Store        // nil: nobody asks for incidents in SQL
	Client *http.Client // nil: one of its own; it never follows a redirect

	Log        *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil keeps the metrics to itself
	Now        func() time.Time      // nil means time.Now
}

func (c *Config) fill() error {
	if c.Dir == "" {
		return lineage.Errorf(lineage.Internal, "new alerts", "Dir is required")
	}
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.URL == nil {
		c.URL = func() string { return "" }
	}
	if c.Keep <= 0 {
		c.Keep = 20_000
	}
	if c.batch <= 0 {
		c.batch = 500
	}
	if c.KeepFor <= 0 {
		c.KeepFor = 30 * 24 * time.Hour
	}
	return nil
}

func (d *Deps) fill() error {
	if d.Ledger == nil {
		return lineage.Errorf(lineage.Internal, "new alerts", "Ledger is required")
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
