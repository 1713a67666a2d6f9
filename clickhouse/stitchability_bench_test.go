package clickhouse_test

import (
	"testing"
	"time"

	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// BenchmarkStitchability asks about an hour in which 1,000,000 spans and 100,000 events
// came in. Most of it is what reading everything for the sample costs.
func BenchmarkStitchability(b *testing.B) {
	const size, batch = 1_000_000, 50_000
	f := storetest.NewFixture(b, dsn)
	now := time.Now().UTC()
	traffic := storetest.NewTraffic(1, now.Add(-30*time.Minute))
	for id := uint64(1); id <= size/batch; id++ {
		block := traffic.Block("bench", id, batch)
		for i, found := range block.Identifiers {
			block.Events = append(block.Events, lineage.Event{
				Tenant: "default", Source: found.Source, ID: block.Spans[10*i].SpanID.String(), Kind: lineage.SpanEvent, Type: "POST /orders",
				Time: found.Time, Ingested: found.Time, TraceID: found.TraceID, Refs: []lineage.Ref{{Object: found.Object, Role: lineage.Mentions}},
			})
		}
		if err := f.Append(b.Context(), block, false); err != nil {
			b.Fatal(err)
		}
	}
	q := lineage.StitchQuery{
		Tenant: "default", From: now.Add(-time.Hour), To: now, Flows: []string{"sales"}, Anchors: []string{"order"}, Context: []string{"customer"}, Keys: []string{"order.id"},
	}
	before := cpu(b)
	for b.Loop() {
		got, err := f.Stitchability(b.Context(), q)
		if err != nil || got.Spans != size || got.SpansEvery < 2 || len(got.Services) == 0 {
			b.Fatalf("%d spans, one in %d: %v", got.Spans, got.SpansEvery, err)
		}
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}
