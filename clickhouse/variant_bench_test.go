package clickhouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// BenchmarkVariants asks for the variants of 1,000,000 executions of a flow of six
// stages, of which every tenth was written twice, and tells what their rows take.
func BenchmarkVariants(b *testing.B) {
	const size, batch = 1_000_000, 50_000
	f := traded(b, size, batch, sold)
	q := lineage.VariantQuery{Tenant: "default", Flow: "sales", Limit: 20}
	before := cpu(b)
	for b.Loop() {
		v, err := f.Variants(b.Context(), q)
		if err != nil || v.All.Executions != size || len(v.Top) != q.Limit || v.All.Bottleneck.IsZero() {
			b.Fatalf("%+v %v", v, err)
		}
		b.ReportMetric(float64(v.Distinct), "variants")
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(f.Merged(b, "executions"))/size, "B/execution")
}

// sold is an order as most go: six stages, some not reached, some out of order, some
// gone through twice.
func sold(random *rand.Rand, n int, at time.Time) *lineage.Execution {
	names := []string{"won", "quoted", "ordered", "delivered", "invoiced", "paid"}
	x := &lineage.Execution{
		Tenant: "default", Flow: "sales", Anchor: lineage.Object{Type: "order", System: "erp", ID: fmt.Sprintf("%010d", n)},
		State: lineage.StateCompleted, StartedAt: at,
	}
	for _, name := range names {
		x.Stages = append(x.Stages, lineage.Stage{Name: name, Type: "order", State: lineage.StateDone, First: at, Last: at, DoneAt: at, Attempts: 1})
	}
	path := names
	switch kind := random.IntN(1000); {
	case kind < 150:
		path, x.State = names[:1+random.IntN(5)], lineage.StateOpen
	case kind < 300:
		path = []string{"won", "ordered", "quoted", "delivered", "invoiced", "paid"}
	case kind < 400:
		path = []string{"won", "quoted", "ordered", "delivered", "ordered", "delivered", "invoiced", "paid"}
	case kind < 410:
		path = append([]string{}, names...)
		random.Shuffle(len(path), func(i, j int) { path[i], path[j] = path[j], path[i] })
	}
	for i, stage := range path {
		x.Events = append(x.Events, &lineage.Event{
			Source: "urn:example:erp", ID: fmt.Sprintf("%d-%d", n, i), Time: at, Stage: stage, Refs: []lineage.Ref{{Object: x.Anchor, Role: lineage.Subject}},
		})
		x.LastAt = at
		at = at.Add(time.Duration(random.ExpFloat64() * float64(time.Hour)))
	}
	if x.State == lineage.StateCompleted {
		x.EndedAt = x.LastAt
	}
	return x
}

// traded is a store with executions, one begun each second, of which every tenth was
// written twice.
func traded(b *testing.B, size, batch int, of func(random *rand.Rand, n int, at time.Time) *lineage.Execution) *storetest.Fixture {
	b.Helper()
	f := storetest.NewFixture(b, dsn)
	random := rand.New(rand.NewPCG(1, 8))
	began := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	var again []*lineage.Execution
	for from := 0; from < size; from += batch {
		var executions []*lineage.Execution
		for i := range batch {
			executions = append(executions, of(random, from+i, began.Add(time.Duration(from+i)*time.Second)))
		}
		if err := f.SaveExecutions(b.Context(), "default", 1, executions, nil); err != nil {
			b.Fatal(err)
		}
		again = append(again, executions[:batch/10]...)
	}
	if err := f.SaveExecutions(b.Context(), "default", 2, again, nil); err != nil {
		b.Fatal(err)
	}
	return f
}
