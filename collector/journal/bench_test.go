package journal_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"throughline/collector/journal"
)

// BenchmarkAppend shows what group commit gives: the more writers, the more
// records one fsync answers. On the disk of the temporary directory.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ writers, bytes int }{{1, 8 << 10}, {64, 8 << 10}, {256, 8 << 10}, {2, 478_000}} {
		b.Run(fmt.Sprintf("%d writers of %d bytes", c.writers, c.bytes), func(b *testing.B) {
			j, err := journal.Open(journal.Config{Dir: b.TempDir(), MaxBytes: 8 << 30}, journal.Deps{})
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			rec := record(string(make([]byte, c.bytes)))
			b.SetBytes(int64(c.bytes))
			b.ReportAllocs()
			began := cpuSeconds()
			b.SetParallelism((c.writers + 1) / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := j.Append(context.Background(), rec); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric((cpuSeconds()-began)/float64(b.N)/float64(c.bytes)*1e9, "cpu-s/GB")
		})
	}
}

// cpuSeconds is what this process has used: on a shared machine the clock on the
// wall says little.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
