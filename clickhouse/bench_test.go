package clickhouse_test

import (
	"strconv"
	"syscall"
	"testing"
	"time"

	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// cpu is the processor time of this process, which the engine is part of.
func cpu(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkAppend stores blocks of 50,000 spans with an identifier a trace and
// tells what that costs, client and engine together, and what it takes on disk
// once merged.
func BenchmarkAppend(b *testing.B) {
	const size = 50_000
	f := storetest.NewFixture(b, dsn)
	traffic := storetest.NewTraffic(1, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	var spent time.Duration
	id := uint64(0)
	for b.Loop() {
		b.StopTimer()
		id++
		block := traffic.Block("bench", id, size)
		b.StartTimer()
		before := cpu(b)
		if err := f.Append(b.Context(), block, false); err != nil {
			b.Fatal(err)
		}
		spent += cpu(b) - before
	}
	stored := float64(id * size)
	b.ReportMetric(spent.Seconds()*1e6/stored, "cpu-s/Mspan")
	before := cpu(b)
	total := 0.0
	for _, table := range []string{"spans", "traces", "identifiers"} {
		bytes := f.Merged(b, table)
		b.ReportMetric(float64(bytes)/stored, table+"-B/span")
		total += float64(bytes) / stored
	}
	b.ReportMetric(total, "B/span")
	b.ReportMetric((cpu(b)-before).Seconds()*1e6/stored, "merge-cpu-s/Mspan")
}

// BenchmarkEventsSince streams business events back, as at every start.
func BenchmarkEventsSince(b *testing.B) {
	const size = 100_000
	f := storetest.NewFixture(b, dsn)
	block := &lineage.Block{Writer: "bench", ID: 1, Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for i := range size {
		order := lineage.Object{Type: "order", System: "erp", ID: strconv.Itoa(i)}
		block.Events = append(block.Events, lineage.Event{
			Tenant: "default", Source: "erp", ID: strconv.Itoa(i), Type: "order.created", Time: block.Day.Add(time.Second),
			Refs:    []lineage.Ref{{Object: order, Role: lineage.Subject}, {Object: lineage.Object{Type: "quote", ID: strconv.Itoa(i)}, Role: "fulfils"}},
			Payload: `{"order":"` + strconv.Itoa(i) + `"}`,
		})
	}
	if err := f.Append(b.Context(), block, false); err != nil {
		b.Fatal(err)
	}
	before, read := cpu(b), 0
	for b.Loop() {
		if err := f.EventsSince(b.Context(), "default", func(string, uint64, *lineage.Event) error { read++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu(b)-before).Seconds()*1e6/float64(read), "cpu-s/Mevent")
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "events/s")
}
