package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/logs.sql
var logsSQL string

// Logs returns the log records of some traces, by time, limit (1 to 100,000) at
// a time, and the cursor of the next page, "" on the last. Business is not kept,
// Ingested only in milliseconds.
func (s *Store) Logs(ctx context.Context, tenant string, traces []lineage.TraceID, limit int, cursor string) ([]lineage.Log, string, error) {
	const op = "clickhouse.Logs"
	args, err := after(op, cursor, limit, maxEvidence)
	if err != nil || len(traces) == 0 {
		return nil, "", err
	}
	args = append(args, driver.Named("tenant", tenant), driver.Named("traces", hexes(traces)))
	return page(ctx, s, op, logsSQL, limit, args, scanLog)
}

func scanLog(rows row, at *place) (lineage.Log, error) {
	var l lineage.Log
	var trace, span string
	var time, ingested int64
	err := rows.Scan(append(at.targets(), &l.Tenant, &time, &trace, &span, &l.Flags, &l.Severity, &l.SeverityText,
		&l.Service, &l.EventName, &l.Body, &l.ScopeName, &l.ScopeVersion, &l.ScopeSchema, &l.ScopeAttrs,
		&l.ResourceSchema, &l.Resource, &l.Attributes, &ingested, &l.Hash)...)
	copy(l.TraceID[:], trace)
	copy(l.SpanID[:], span)
	l.Time, l.Ingested = moment(time), momentMillis(ingested)
	return l, err
}
