package lineage

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkStitch adds what happens to orders, five events each, and recomputes
// after every hundred events, on one core and in memory.
func BenchmarkStitch(b *testing.B) {
	const orders, batch = 20_000, 100
	cat, err := NewCatalogue(Definition{Flows: []Flow{{
		Name: "quote-to-cash", Anchor: "order",
		Ranks: map[string]int{"quote": -1, "order": 0, "delivery": 1, "invoice": 2, "payment": 3},
	}}})
	if err != nil {
		b.Fatal(err)
	}
	events := make([]Event, 0, 5*orders)
	for i := range orders {
		object := func(typ string) Object { return Object{Type: typ, ID: fmt.Sprint(typ[:1], i)} }
		for j, typ := range []string{"quote", "order", "delivery", "invoice", "payment"} {
			e := Event{
				Tenant: "default", Source: "/shop", ID: fmt.Sprint(i, "-", j), Type: typ, Hash: uint64(i*5 + j),
				Time: time.Unix(int64(i), int64(j)).UTC(), Correlation: fmt.Sprint("c", i),
			}
			e.Refs = []Ref{{Object: object(typ), Role: Subject}}
			if typ != "order" {
				e.Refs = append(e.Refs, Ref{Object: object("order"), Role: Mentions})
			}
			events = append(events, e)
		}
	}
	stitched := 0
	for b.Loop() {
		g := NewGraph(cat, "default")
		for i := range events {
			g.Add(&events[i])
			if i%batch == batch-1 {
				g.Recompute()
			}
		}
		stitched += len(events)
	}
	b.ReportMetric(float64(stitched)/b.Elapsed().Seconds(), "events/s")
}
