package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"throughline/clickhouse/embedded"
)

// engine is the engine under trial, as its clients see it.
type engine struct {
	supervisor *embedded.Supervisor
	conn       driver.Conn
}

func dial(ctx context.Context, supervisor *embedded.Supervisor) (*engine, error) {
	options, err := clickhouse.ParseDSN(supervisor.DSN())
	if err != nil {
		return nil, err
	}
	options.MaxOpenConns, options.MaxIdleConns = 12, 12
	options.DialTimeout = time.Second
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, err
	}
	e := &engine{supervisor: supervisor, conn: conn}
	return e, conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS soak
		(block UInt64, row UInt32, at DateTime64(3), word LowCardinality(String), payload String)
		ENGINE = MergeTree PARTITION BY toDate(at) ORDER BY (block, row)`)
}

func (e *engine) close() { _ = e.conn.Close() }

// curl asks as a stranger would: plain HTTP, JSON out.
func (e *engine) curl(ctx context.Context, query string) error {
	address := "http://" + e.supervisor.Addr() + "/?query=" + url.QueryEscape(query)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth("default", e.supervisor.Token())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", response.StatusCode, body)
	}
	return err
}

// pause waits, or returns false when the trial is over.
func pause(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
