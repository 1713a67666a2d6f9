package collector

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config is what an operator may set. Zero values take the defaults named here.
type Config struct {
	OTLPHTTP string   // listen address of OTLP over HTTP and of CloudEvents; required, port 0 works
	OTLPGRPC string   // listen address of OTLP over gRPC; required, port 0 works
	Hosts    []string // names, with or without a port, that senders on this machine may call us by beside loopback's
	Token    string   // bearer token that every request must carry; empty: none is asked for

	MaxBody          int64 // bytes of one request after decompression; 64 MiB
	MaxCompressed    int64 // bytes of one request before decompression, if it is compressed; 16 MiB
	MaxInFlightBytes int64 // bytes of all requests being read, checked and journaled; 256 MiB
	MaxEvents        int   // CloudEvents in one batch; 10,000
	MaxDepth         int   // nesting of a CloudEvent's JSON; 64
	MaxValues        int   // values in one request of JSON, of CloudEvents or OTLP; 1,000,000
	MaxHeader        int   // bytes of a request's header; 64 KiB
	MaxConnections   int   // open connections of each listener; 16,384

	AdmissionWait time.Duration // how long a new request may wait for room before it is told to come back; 1 s
	HeaderTimeout time.Duration // for the whole header; 5 s
	IdleTimeout   time.Duration // between two requests of a connection; 60 s
	BodyTimeout   time.Duration // without a byte of the body; 10 s
	MinBodyRate   int64         // bytes per second that a body must keep up beyond BodyTimeout; 4 KiB
	AppendTimeout time.Duration // for the journal's answer; 30 s
	AnswerTimeout time.Duration // for the sender to take the answer; 10 s
	RetryAfter    time.Duration // what a refused sender is told to wait; 1 s
}

// Deps is what a Collector needs from the rest of the house.
type Deps struct {
	Journal    Journal // required
	Scanner    Scanner // required
	Log        *slog.Logger
	Registerer prometheus.Registerer // nil: metrics are kept, but nowhere shown
	Now        func() time.Time
}

// ready fills the defaults and says what is missing.
func ready(cfg *Config, deps *Deps) error {
	switch {
	case deps.Journal == nil:
		return lineage.Errorf(lineage.Internal, "new collector", "a journal is required")
	case deps.Scanner == nil:
		return lineage.Errorf(lineage.Internal, "new collector", "a scanner is required")
	case cfg.OTLPHTTP == "" || cfg.OTLPGRPC == "":
		return lineage.Errorf(lineage.Invalid, "new collector", "both listen addresses are required, for example 127.0.0.1:4318 and 127.0.0.1:4317")
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Registerer == nil {
		deps.Registerer = prometheus.NewRegistry()
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	orElse(&cfg.MaxBody, 64<<20)
	orElse(&cfg.MaxCompressed, 16<<20)
	orElse(&cfg.MaxInFlightBytes, 256<<20)
	orElse(&cfg.MaxEvents, 10_000)
	orElse(&cfg.MaxDepth, 64)
	orElse(&cfg.MaxValues, 1_000_000)
	orElse(&cfg.MaxHeader, 64<<10)
	orElse(&cfg.MaxConnections, 16_384)
	orElse(&cfg.AdmissionWait, time.Second)
	orElse(&cfg.HeaderTimeout, 5*time.Second)
	orElse(&cfg.IdleTimeout, time.Minute)
	orElse(&cfg.BodyTimeout, 10*time.Second)
	orElse(&cfg.MinBodyRate, 4<<10)
	orElse(&cfg.AppendTimeout, 30*time.Second)
	orElse(&cfg.AnswerTimeout, 10*time.Second)
	orElse(&cfg.RetryAfter, time.Second)
	if cfg.MaxBody > cfg.MaxInFlightBytes {
		return lineage.Errorf(lineage.Invalid, "new collector",
			"one body of %d bytes does not fit into %d bytes for all requests: raise MaxInFlightBytes or lower MaxBody",
			cfg.MaxBody, cfg.MaxInFlightBytes)
	}
	return nil
}

func orElse[T int | int64 | time.Duration](value *T, standard T) {
	if *value <= 0 {
		*value = standard
	}
}
