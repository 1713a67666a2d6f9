package pipeline

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Config is what an operator may set; a zero takes the default.
type Config struct {
	BlockRows  int           // a block is cut when one of its tables has as many rows; default 20,000
	BlockBytes int           // or its records as many bytes; default 32 MiB
	BlockAge   time.Duration // or its first record was read so long ago; default 500 ms
	Pending    int           // blocks that wait for the store before decoding stops; default 8

	SpanWindow  int // span identities that are remembered to know resends; default 2,000,000
	LogWindow   int // the same for log records; default 2,000,000
	EventWindow int // the same for business events; default 1,000,000

	RetryMin time.Duration // between attempts, doubling up to RetryMax; default 100 ms
	RetryMax time.Duration // default 10 s
	Settle   time.Duration // how often the feed's checkpoint is looked at; default 1 s
}

// Deps is what a pipeline stands on.
type Deps struct {
	Journal *journal.Journal // what was acknowledged
	Ledger  *journal.Journal // cuts and checkpoints: another journal, with a reserve
	Sink    Sink
	Memory  Memory
	Feed    Feed    // optional
	Decoder Decoder // optional; default OTLP and CloudEvents
	// Catalogue returns the one in force; Catalogues finds an earlier one by its
	// hash, and is optional: without it only the one in force is known.
	Catalogue  func() *lineage.Catalogue
	Catalogues func(hash string) (*lineage.Catalogue, error)

	Now        func() time.Time
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

func (c *Config) fill() {
	number := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	duration := func(field *time.Duration, value time.Duration) {
		if *field <= 0 {
			*field = value
		}
	}
	number(&c.BlockRows, 20_000)
	number(&c.BlockBytes, 32<<20)
	number(&c.Pending, 8)
	number(&c.SpanWindow, 2_000_000)
	number(&c.LogWindow, 2_000_000)
	number(&c.EventWindow, 1_000_000)
	duration(&c.BlockAge, 500*time.Millisecond)
	duration(&c.RetryMin, 100*time.Millisecond)
	duration(&c.RetryMax, 10*time.Second)
	duration(&c.Settle, time.Second)
}

func (d *Deps) fill() error {
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"Journal", d.Journal == nil},
		{"Ledger", d.Ledger == nil},
		{"Sink", d.Sink == nil},
		{"Memory", d.Memory == nil},
		{"Catalogue", d.Catalogue == nil},
	} {
		if need.missing {
			return lineage.Errorf(lineage.Internal, "pipeline", "%s is required", need.name)
		}
	}
	if d.Decoder == nil {
		d.Decoder = NewDecoder()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
