package clickhouse_test

import (
	"syscall"
	"testing"
	"time"

	"throughline/clickhouse/storetest"
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
