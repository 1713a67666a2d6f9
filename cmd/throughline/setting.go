package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// setting is one field of Config under its one name, as text. set must leave
// the Config alone when it returns an error, and never quotes a secret.
type setting struct {
	name   string
	value  string // what the help calls its value; empty for a switch
	usage  string
	demo   bool // only for demo
	secret bool // never shown, not in an excerpt of the config file either
	list   bool // may be given again; each adds
	set    func(c *Config, text string) error
	get    func(c *Config) string // for the help's default; nil: none
}

// env is the setting's name in the environment.
func (s *setting) env() string {
	return "THROUGHLINE_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// settings lists everything that can be set, in the order of the help.
func settings() []setting {
	return []setting{
		text("data", "DIR", "directory for the journal, the embedded ClickHouse and state", func(c *Config) *string { return &c.Data }, notEmpty),
		text("http", "ADDR", "listen here for pages and API", func(c *Config) *string { return &c.HTTP }, hostPort),
		text("otlp-grpc", "ADDR", "listen here for OTLP over gRPC", func(c *Config) *string { return &c.OTLPGRPC }, hostPort),
		text("otlp-http", "ADDR", "listen here for OTLP over HTTP, and CloudEvents (POST /v1/events)", func(c *Config) *string { return &c.OTLPHTTP }, hostPort),
		secret(text("clickhouse", "DSN", "use this ClickHouse server instead of the embedded engine; a DSN holds a password, so prefer the environment", func(c *Config) *string { return &c.ClickHouse }, dsn("clickhouse", "tcp", "http", "https"))),
		{
			name: "host", value: "NAME", usage: "answer to this name too, such as a proxy's; may be given again", list: true,
			set: func(c *Config, text string) error {
				if text == "" || strings.ContainsAny(text, "/ @") {
					return fmt.Errorf("%q is not a name; write host or host:port, without a scheme or a path", text)
				}
				c.Hosts = append(slices.Clip(c.Hosts), text)
				return nil
			},
		},
		{
			name: "catalog", value: "DIR", usage: "read the flows and contracts in this directory too; may be given again", list: true,
			set: func(c *Config, text string) error {
				if text == "" {
					return errors.New("is empty; name a directory")
				}
				c.Catalog = append(slices.Clip(c.Catalog), text)
				return nil
			},
		},
		text("nats", "URL", "use this NATS server for the reference pipeline instead of its own", func(c *Config) *string { return &c.NATS }, dsn("nats", "tls")),
		amount("memory", "cap the embedded engine's memory", func(c *Config) *Bytes { return &c.Memory }),
		{
			name: "resident-events", value: "N", usage: "keep this many events in memory; of closed transactions the least recently touched leave first, and come back when they are asked for",
			set: func(c *Config, text string) error {
				n, err := strconv.Atoi(text)
				if err != nil || n < 1000 {
					return fmt.Errorf("%q is not a number of events; write 1000 or more", text)
				}
				c.Resident = n
				return nil
			},
			get: func(c *Config) string { return strconv.Itoa(c.Resident) },
		},
		amount("journal-max", "cap the journal on disk; when it is full, senders are told to wait", func(c *Config) *Bytes { return &c.JournalMax }),
		secret(text("token", "TOKEN", "ask this bearer token of every sender; prefer the environment, a command line can be read by others", func(c *Config) *string { return &c.Token }, long)),
		text("url", "URL", "address of the pages as people reach them, for the links in notifications", func(c *Config) *string { return &c.URL }, dsn("http", "https")),
		secret(text("webhook", "URL", "tell this address of incidents, in Alertmanager's webhook format; a URL may hold a password, so prefer the environment", func(c *Config) *string { return &c.Webhook }, dsn("http", "https"))),
		secret(text("webhook-token", "TOKEN", "show this bearer token to the webhook; prefer the environment", func(c *Config) *string { return &c.HookToken }, long)),
		secret(text("watch-nats", "URL", "measure the JetStream queues of this NATS server; a URL may hold a password, so prefer the environment", func(c *Config) *string { return &c.WatchNATS }, dsn("nats", "tls"))),
		{
			name: "insecure", usage: "listen beyond this machine without a token, and with the pages",
			set: func(c *Config, text string) (err error) {
				on, err := strconv.ParseBool(text)
				if err != nil {
					return fmt.Errorf("%q is neither true nor false", text)
				}
				c.Insecure = on
				return nil
			},
		},
		text("log-format", "FORMAT", "auto (text for a person, JSON otherwise), text or json", func(c *Config) *string { return &c.LogFormat }, oneOf("auto", "text", "json")),
		{
			name: "rate", value: "N", usage: "orders per second of the reference pipeline", demo: true,
			set: func(c *Config, text string) error {
				n, err := strconv.ParseFloat(text, 64)
				if err != nil || !(n > 0 && n <= 10_000) {
					return fmt.Errorf("%q is not a rate; write orders per second, more than 0 and at most 10000", text)
				}
				c.Rate = n
				return nil
			},
			get: func(c *Config) string { return strconv.FormatFloat(c.Rate, 'g', -1, 64) },
		},
		{
			name: "faults", value: "SHARE", usage: "share of the reference pipeline's orders that go wrong, from 0 to 1", demo: true,
			set: func(c *Config, text string) error {
				n, err := strconv.ParseFloat(text, 64)
				if err != nil || !(n >= 0 && n <= 1) {
					return fmt.Errorf("%q is not a share; write a number from 0 (none) to 1 (all)", text)
				}
				c.Faults = n
				return nil
			},
			get: func(c *Config) string { return strconv.FormatFloat(c.Faults, 'g', -1, 64) },
		},
	}
}

func text(name, value, usage string, field func(*Config) *string, check func(string) error) setting {
	return setting{
		name: name, value: value, usage: usage,
		set: func(c *Config, text string) error {
			if err := check(text); err != nil {
				return err
			}
			*field(c) = text
			return nil
		},
		get: func(c *Config) string { return *field(c) },
	}
}

func amount(name, usage string, field func(*Config) *Bytes) setting {
	return setting{
		name: name, value: "BYTES", usage: usage,
		set: func(c *Config, text string) error {
			n, err := parseBytes(text)
			if err == nil {
				*field(c) = n
			}
			return err
		},
		get: func(c *Config) string { return field(c).String() },
	}
}

func secret(s setting) setting {
	s.secret, s.get = true, nil
	return s
}

func notEmpty(text string) error {
	if strings.TrimSpace(text) == "" || filepath.Clean(text) == "/" {
		return errors.New("must name a directory")
	}
	return nil
}

func hostPort(text string) error {
	_, port, err := net.SplitHostPort(text)
	if n, convErr := strconv.Atoi(port); err != nil || convErr != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is not an address; write host:port, for example 127.0.0.1:8080, or port 0 for any free one", text)
	}
	return nil
}

// dsn accepts a URL of one of the schemes. It does not quote what it refuses.
func dsn(schemes ...string) func(string) error {
	return func(text string) error {
		if text == "" {
			return nil
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return fmt.Errorf("is not a URL that begins with %s:// and names a host", strings.Join(schemes, "://, "))
		}
		return nil
	}
}

func long(text string) error {
	if len(text) < 16 {
		return errors.New("is too short; use 16 characters or more")
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(text string) error {
		if !slices.Contains(words, text) {
			return fmt.Errorf("%q is none of %s", text, strings.Join(words, ", "))
		}
		return nil
	}
}
