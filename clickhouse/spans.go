package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/spans.sql
var spansSQL string

// maxEvidence is the most spans or logs that one page holds.
const maxEvidence = 100_000

// Spans returns the spans of some traces, by start, limit (1 to 100,000) at a
// time, and the cursor of the next page, "" on the last. Business is not kept,
// Ingested only in milliseconds.
func (s *Store) Spans(ctx context.Context, tenant string, traces []lineage.TraceID, limit int, cursor string) ([]lineage.Span, string, error) {
	const op = "clickhouse.Spans"
	args, err := after(op, cursor, limit, maxEvidence)
	if err != nil || len(traces) == 0 {
		return nil, "", err
	}
	args = append(args, driver.Named("tenant", tenant), driver.Named("traces", hexes(traces)))
	return page(ctx, s, op, spansSQL, limit, args, scanSpan)
}

func scanSpan(rows row, at *place) (lineage.Span, error) {
	var sp lineage.Span
	var trace, span, parent string
	var start, ingested int64
	var duration uint64
	err := rows.Scan(append(at.targets(), &sp.Tenant, &trace, &span, &parent, &sp.State, &sp.Flags, &sp.Name, &sp.Kind,
		&sp.Service, &start, &duration, &sp.Status, &sp.StatusMessage, &sp.ScopeName, &sp.ScopeVersion,
		&sp.Resource, &sp.Attributes, &sp.Events, &sp.Links, &ingested, &sp.Hash)...)
	copy(sp.TraceID[:], trace)
	copy(sp.SpanID[:], span)
	copy(sp.Parent[:], parent)
	sp.Start, sp.Duration, sp.Ingested = moment(start), time.Duration(duration), momentMillis(ingested)
	return sp, err
}

// hexes are trace ids as the keys of the tables say them.
func hexes(traces []lineage.TraceID) []string {
	all := make([]string, 0, len(traces))
	for _, t := range traces {
		if !t.IsZero() {
			all = append(all, t.String())
		}
	}
	return all
}
