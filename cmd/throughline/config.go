package main

import (
	"log/slog"
	"net/url"
)

// Config is everything that can be set. settings lists it with its names.
type Config struct {
	Data       string   // the directory of journal, embedded ClickHouse and state
	HTTP       string   // host:port of pages and API
	OTLPGRPC   string   // host:port of OTLP over gRPC
	OTLPHTTP   string   // host:port of OTLP over HTTP, and of CloudEvents
	Hosts      []string // names that pages, API and collector are reached under, beside loopback's
	ClickHouse string   // DSN of a server; empty: the embedded engine. Holds a password
	Catalog    []string // directories of YAML, read after the built-in catalogue
	NATS       string   // URL of a NATS server for the reference pipeline; empty: its own
	Memory     Bytes    // cap of the embedded engine
	Resident   int      // events in memory, as far as closed transactions are made of them
	JournalMax Bytes    // cap of the journal on disk; at it, senders are told to wait
	Token      string   // asked of every sender, when set. Secret
	URL        string   // address of the pages as people reach them, for links; empty: the bound one
	Webhook    string   // URL that is told of incidents; empty: the log alone. May hold a password
	HookToken  string   // bearer token that is shown to the webhook. Secret
	WatchNATS  string   // URL of a NATS server whose queues are measured. Holds a password
	Insecure   bool     // listen beyond loopback without a token
	LogFormat  string   // auto, text or json

	Demo   bool    // run the reference pipeline; set by the command, not by a flag
	Rate   float64 // orders per second of the reference pipeline
	Faults float64 // share of these orders that go wrong
}

// defaults need nothing: loopback, the embedded engine, data beside the caller.
func defaults() Config {
	return Config{
		Data:       "data",
		HTTP:       "127.0.0.1:8080",
		OTLPGRPC:   "127.0.0.1:4317",
		OTLPHTTP:   "127.0.0.1:4318",
		Memory:     2 << 30,
		Resident:   1_000_000,
		JournalMax: 8 << 30,
		LogFormat:  "auto",
		Rate:       1,
		Faults:     0.2,
	}
}

// LogValue is the configuration without its secrets.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("data", c.Data),
		slog.String("http", c.HTTP),
		slog.String("otlp-grpc", c.OTLPGRPC),
		slog.String("otlp-http", c.OTLPHTTP),
		slog.Any("host", c.Hosts),
		slog.String("clickhouse", maskDSN(c.ClickHouse)),
		slog.Any("catalog", c.Catalog),
		slog.String("nats", maskDSN(c.NATS)),
		slog.String("memory", c.Memory.String()),
		slog.Int("resident-events", c.Resident),
		slog.String("journal-max", c.JournalMax.String()),
		slog.Bool("token", c.Token != ""),
		slog.String("url", c.URL),
		slog.String("webhook", hostOf(c.Webhook)), // its path may be a secret too
		slog.Bool("webhook-token", c.HookToken != ""),
		slog.String("watch-nats", maskDSN(c.WatchNATS)),
		slog.Bool("insecure", c.Insecure),
	)
}

// String is the configuration without its secrets, so that %v and %s are safe.
func (c Config) String() string { return c.LogValue().String() }

// maskDSN keeps the scheme, host and path of a URL: its user and its query may
// hold a password.
func maskDSN(dsn string) string {
	if dsn == "" {
		return ""
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "(hidden)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
