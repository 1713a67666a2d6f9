package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

func named(name string, value any) driver.NamedValue { return clickhouse.Named(name, value) }

// read asks one sort of question again and again, as pages and dashboards do.
func (e *engine) read(ctx context.Context, sort int, books *books, report *report) {
	for ctx.Err() == nil {
		begun := time.Now()
		err := e.ask(ctx, sort, books)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			report.failed(fmt.Sprintf("reader %d", sort), err)
		default:
			report.read(time.Since(begun))
		}
		pause(ctx, time.Duration(200+rand.IntN(400))*time.Millisecond)
	}
}

func (e *engine) ask(ctx context.Context, sort int, books *books) error {
	blocks, _ := books.totals()
	block := 1 + rand.Uint64N(uint64(max(blocks, 1)))
	switch sort {
	case 0: // one block, by key
		return e.scan(ctx, "SELECT row, payload FROM soak WHERE block = {block:UInt64} ORDER BY row", named("block", block))
	case 1: // the last blocks, grouped
		return e.scan(ctx, "SELECT word, count(), max(at) FROM soak WHERE block > {block:UInt64} GROUP BY word", named("block", block))
	case 2: // a count of everything
		return e.scan(ctx, "SELECT count() FROM soak")
	case 3: // a stream of 200,000 rows
		return e.scan(ctx, "SELECT block, row, at, payload FROM soak LIMIT 200000")
	case 4: // a search through packed text
		return e.scan(ctx, "SELECT count() FROM soak WHERE block BETWEEN {block:UInt64} AND {block:UInt64} + 20 AND JSONExtractInt(payload, 'amount') > 700", named("block", block))
	}
	return e.curl(ctx, "SELECT block, count() AS rows FROM soak GROUP BY block ORDER BY block DESC LIMIT 100 FORMAT JSON")
}

// scan reads a result to its end.
func (e *engine) scan(ctx context.Context, query string, args ...any) error {
	rows, err := e.conn.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { //nolint:revive // counting is enough
	}
	return rows.Err()
}
