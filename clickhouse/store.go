package clickhouse

import (
	"context"
	"log/slog"
	"sync"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// Store keeps and finds. Its methods are safe for concurrent use between Start
// and Stop; their errors are lineage.Errors, of kind Unavailable while the
// engine is away or busy and Exhausted while it has no room.
type Store struct {
	config  Config
	options *driver.Options
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics
	http    bool

	mu     sync.RWMutex
	opened driver.Conn // nil when not started

	buffers chan *buffer // free ones; a sync.Pool would lose them to every GC
}

// New checks the configuration; nothing is connected before Migrate or Start.
func New(config Config, deps Deps) (*Store, error) {
	options, err := config.complete()
	if err != nil {
		return nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	counts, err := newMetrics(deps.Registerer)
	if err != nil {
		return nil, err
	}
	return &Store{
		config: config, options: options, log: deps.Log, now: deps.Now, metrics: counts,
		http:    options.Protocol == driver.HTTP,
		buffers: make(chan *buffer, 2),
	}, nil
}

// Start connects and makes sure that the tables, which Migrate makes, keep what
// they acknowledge. Unavailable means: the engine is away, call again.
func (s *Store) Start(ctx context.Context) error {
	const op = "clickhouse.Start"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != nil {
		return nil
	}
	options := *s.options
	options.Auth.Database = s.config.Database
	conn, err := driver.Open(&options)
	if err != nil {
		return wrap(op, err)
	}
	if err := checkDurable(ctx, conn, s.config.Database); err != nil {
		_ = conn.Close()
		return wrap(op, err)
	}
	s.opened = conn
	return nil
}

// Stop closes the connections; what is under way fails with Unavailable.
// Stopping twice is harmless.
func (s *Store) Stop(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		return nil
	}
	err := s.opened.Close()
	s.opened = nil
	return wrap("clickhouse.Stop", err)
}

// Ping asks whether the engine answers.
func (s *Store) Ping(ctx context.Context) error {
	conn, err := s.conn()
	if err != nil {
		return err
	}
	return wrap("clickhouse.Ping", conn.Ping(ctx))
}

// conn returns the open client.
func (s *Store) conn() (driver.Conn, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.opened == nil {
		return nil, lineage.Errorf(lineage.Unavailable, "clickhouse", "the store is not started")
	}
	return s.opened, nil
}
