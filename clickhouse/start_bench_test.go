package clickhouse_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"throughline/lineage"
)

// outlined is an order with the members and edges that most have; a third of them await
// an invoice and a payment.
func outlined(random *rand.Rand, n int, at time.Time) *lineage.Execution {
	x := sold(random, n, at)
	order := x.Anchor
	for _, typ := range []string{"quote", "delivery", "invoice", "payment"} {
		o := lineage.Object{Type: typ, System: "erp", ID: fmt.Sprintf("%s-%010d", typ, n)}
		x.Members = append(x.Members, lineage.Member{Object: o, Rank: 1, Placeholder: n%3 == 0 && (typ == "invoice" || typ == "payment")})
		x.Edges = append(x.Edges, lineage.Edge{From: o, To: order, Qualifier: "belongs", Evidence: []lineage.Evidence{{Source: x.Events[0].Source, ID: x.Events[0].ID}}})
		x.Events[0].Refs = append(x.Events[0].Refs, lineage.Ref{Object: o, Role: lineage.Mentions})
	}
	return x
}

// BenchmarkOutlines reads 300,000 executions in short, of which every tenth was written
// twice and a third awaits something.
func BenchmarkOutlines(b *testing.B) {
	const size, batch = 300_000, 30_000
	f := traded(b, size, batch, outlined)
	var spent time.Duration
	var allocated uint64
	for b.Loop() {
		var was, is runtime.MemStats
		runtime.ReadMemStats(&was)
		before, read, awaited := cpu(b), 0, 0
		if err := f.Outlines(b.Context(), "default", func(_ *lineage.Summary, a []lineage.Awaited) error {
			read++
			awaited += len(a)
			return nil
		}); err != nil || read != size || awaited != 2*size/3 {
			b.Fatal(read, awaited, err)
		}
		spent += cpu(b) - before
		runtime.ReadMemStats(&is)
		allocated += is.TotalAlloc - was.TotalAlloc
	}
	b.ReportMetric(spent.Seconds()*1e6/float64(b.N)/size, "cpu-s/Mexecution")
	b.ReportMetric(float64(allocated)/float64(b.N)/size, "B-made/execution")
}
