package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/recent_spans.sql
	recentSpansSQL string
	//go:embed query/recent_logs.sql
	recentLogsSQL string
	//go:embed query/recent_events.sql
	recentEventsSQL string
)

// Recent yields the identity, with its content hash, of every row of a writer
// from block since on: of spans, of log records, or of business events (those
// read from spans and logs go with them). It goes in the order of blocks and
// rows and stops with yield's error. A writer that starts fills its window
// against resends from it.
func (s *Store) Recent(ctx context.Context, writer string, signal lineage.Signal, since uint64, yield func(*lineage.Identity) error) error {
	const op = "clickhouse.Recent"
	args := []any{driver.Named("writer", writer), driver.Named("since", since)}
	var id lineage.Identity
	var trace, span string
	query, targets := "", []any{&id.Block, &id.Tenant, &id.Hash}
	switch signal {
	case lineage.Traces:
		query, targets = recentSpansSQL, append(targets, &trace, &span)
	case lineage.Logs:
		query = recentLogsSQL
	case lineage.Events:
		query, targets = recentEventsSQL, append(targets, &id.Source, &id.ID)
	default:
		return lineage.Errorf(lineage.Invalid, op, "signal %d is not kept", signal)
	}
	return s.each(ctx, op, query, args, func(rows row) error {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		copy(id.TraceID[:], trace)
		copy(id.SpanID[:], span)
		return yield(&id)
	})
}
