package clickhouse

import (
	"log/slog"
	"regexp"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config says which ClickHouse, and how the store's databases are called.
type Config struct {
	// DSN is clickhouse-go's: http://user:password@host:port for HTTP,
	// clickhouse://… for the native protocol. Required.
	DSN string
	// Database holds the tables; empty means the DSN's, or else "throughline".
	Database string
	// Views is the prefix of the databases of views, one a tenant; empty means "otel_".
	Views string
	// Tenants get a database of views; nil means "default" alone.
	Tenants []string
	// MaxConns bounds the connections; 0 means 8.
	MaxConns int
}

// Deps are what a Store is given. Any of them may be nil.
type Deps struct {
	Log        *slog.Logger
	Registerer prometheus.Registerer
	Now        func() time.Time
}

// name is what a database or a tenant may be called: it becomes part of a
// statement where ClickHouse takes no parameter.
var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)

// complete fills in what is left open and returns the client's options.
func (c *Config) complete() (*driver.Options, error) {
	const op = "clickhouse.New"
	if c.DSN == "" {
		return nil, lineage.Errorf(lineage.Invalid, op, "the DSN is empty: name a server, as in http://default:password@127.0.0.1:8123")
	}
	options, err := driver.ParseDSN(c.DSN)
	if err != nil {
		return nil, lineage.Errorf(lineage.Invalid, op, "the DSN cannot be read: %w", err)
	}
	if c.Database == "" {
		c.Database = options.Auth.Database
	}
	if c.Database == "" {
		c.Database = "throughline"
	}
	if c.Views == "" {
		c.Views = "otel_"
	}
	if c.Tenants == nil {
		c.Tenants = []string{"default"}
	}
	if c.MaxConns <= 0 {
		c.MaxConns = 8
	}
	for _, n := range append([]string{c.Database, c.Views}, c.Tenants...) {
		if !name.MatchString(n) {
			return nil, lineage.Errorf(lineage.Invalid, op, "%q cannot name a database: use letters, digits, _ and -, at most 63 of them, a letter first", n)
		}
	}
	options.MaxOpenConns, options.MaxIdleConns = c.MaxConns, c.MaxConns
	if options.DialTimeout == 0 {
		options.DialTimeout = 10 * time.Second
	}
	// An insert must be in its table when it is answered.
	options.Settings["async_insert"] = 0
	options.ClientInfo.Products = append(options.ClientInfo.Products, struct{ Name, Version string }{"throughline", "1"})
	return options, nil
}
