package lineage_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// BenchmarkGrowth shows how stitching grows from 10,000 events to 1,000,000, and with
// THROUGHLINE_BENCH_LARGE=1 to 10,000,000. An execution is a quote, an order and a
// delivery with two events each, all six under one correlation id of its own: two
// executions with the built-in flow's. Events arrive in order, 1,000 between one
// Recompute and the next; making them is not timed.
//
// stitch reports events/s and the memory of one open execution (of both flows), that
// is the heap's growth after a collection. late reports how long it takes to add one
// event to an execution chosen at random, and to Recompute.
func BenchmarkGrowth(b *testing.B) {
	sizes := []int{10_000, 100_000, 1_000_000}
	if os.Getenv("THROUGHLINE_BENCH_LARGE") != "" {
		sizes = append(sizes, 10_000_000)
	}
	for _, events := range sizes {
		b.Run(fmt.Sprintf("stitch/events=%d", events), func(b *testing.B) { benchmarkStitch(b, events) })
		b.Run(fmt.Sprintf("late/executions=%d", events/perOrder), func(b *testing.B) { benchmarkLate(b, events/perOrder) })
	}
}

const (
	perOrder = 6
	perBatch = 1000
)

func benchmarkStitch(b *testing.B, events int) {
	var spent time.Duration
	var grown, rounds int
	for b.Loop() {
		before := heap()
		g, took := grow(b, events)
		spent += took
		grown += heap() - before
		rounds++
		runtime.KeepAlive(g)
	}
	b.ReportMetric(0, "ns/op") // of it half is making events and collecting
	b.ReportMetric(float64(rounds*events)/spent.Seconds(), "events/s")
	b.ReportMetric(float64(grown)/float64(rounds*events/perOrder), "B/execution")
}

// grow stitches events and returns how long that took without making them.
func grow(b *testing.B, events int) (*lineage.Graph, time.Duration) {
	b.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{{
		Name: "sales", Anchor: "order", Ranks: map[string]int{"quote": -1, "order": 0, "delivery": 1},
	}}})
	if err != nil {
		b.Fatal(err)
	}
	g := lineage.NewGraph(cat, logs.Tenant)
	batch := make([]lineage.Event, 0, perBatch)
	var spent time.Duration
	for i := range events {
		batch = append(batch, step(i/perOrder, i%perOrder))
		if len(batch) < perBatch && i < events-1 {
			continue
		}
		start := time.Now()
		for j := range batch {
			g.Add(&batch[j])
		}
		g.Recompute()
		spent += time.Since(start)
		batch = batch[:0]
	}
	return g, spent
}

// step makes one of the events of an order.
func step(order, i int) lineage.Event {
	n := strconv.Itoa(order)
	object := func(typ, prefix string) lineage.Object { return lineage.Object{Type: typ, ID: prefix + n} }
	made := []lineage.Object{object("quote", "Q-"), object("order", "SO-"), object("delivery", "D-")}
	at := i / 2
	e := lineage.Event{
		Tenant: logs.Tenant, Source: []string{"cpq", "erp", "wms"}[at], ID: n + "-" + strconv.Itoa(i), Hash: uint64(order*perOrder + i),
		Type:        []string{"quote.sent", "quote.accepted", "order.created", "order.confirmed", "delivery.created", "delivery.left"}[i],
		Time:        time.Unix(1_770_000_000+int64(order), int64(i)).UTC(),
		Correlation: "c-" + n, Refs: []lineage.Ref{{Object: made[at], Role: lineage.Subject}},
	}
	e.Ingested = e.Time.Add(time.Second)
	if at > 0 && i%2 == 0 { // a document names the one that it was made from
		e.Refs = append(e.Refs, lineage.Ref{Object: made[at-1], Role: "fulfils"})
	}
	return e
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func benchmarkLate(b *testing.B, executions int) {
	g, _ := grow(b, executions*perOrder)
	random := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	runtime.GC()
	for b.Loop() {
		late := step(random.IntN(executions), perOrder-1)
		late.ID = "late-" + strconv.Itoa(len(took))
		late.Hash += 1 << 40
		start := time.Now()
		g.Add(&late)
		changed := g.Recompute()
		took = append(took, time.Since(start))
		if len(changed) != 2 {
			b.Fatalf("%d executions changed; want the order's and the correlation id's", len(changed))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	b.ReportMetric(float64(took[len(took)-1]), "max-ns")
}
