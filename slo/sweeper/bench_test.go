package sweeper

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"throughline/lineage"
)

// bench is a sweeper without its loops, and a clock.
type bench struct {
	testing.TB
	*Sweeper
	dir       string
	cat       *lineage.Catalogue
	atOnce    int   // clocks in one commit; 0: as in the house
	amount    int64 // what an order is worth besides
	now, mark time.Time
	block     uint64
}

func newBench(b testing.TB, slas ...lineage.SLA) *bench {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if len(slas) == 0 {
		slas = append(slas, invoicedWithin(time.Minute))
	}
	x := &bench{TB: b, dir: b.TempDir(), cat: catalogue(b, slas...), now: now, mark: now}
	x.begin()
	return x
}

// begin starts on the same ledger, and nothing is told yet.
func (b *bench) begin() {
	var err error
	b.Sweeper, err = New(Config{Dir: b.dir, Patience: time.Second, noSync: true, atOnce: b.atOnce}, Deps{
		Mark: func() Mark { return Mark{b.block, b.mark} }, Now: func() time.Time { return b.now },
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := b.open(); err != nil {
		b.Fatal(err)
	}
	b.Anew(b.cat)
}

func (b *bench) end() {
	b.Helper()
	if err := b.ledger.close(); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) through() {
	b.block++
	b.Through(b.block)
	b.sweep(context.Background())
}

func benchRef(i int) lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", System: "erp", ID: strconv.Itoa(1_000_000 + i)}}
}

// orders tells of orders that were booked at a time, and invoiced unless that is zero.
func (b *bench) orders(from, to int, booked, invoiced time.Time) {
	for i := from; i < to; i++ {
		ref := benchRef(i)
		o := ref.Anchor
		b.Execution(ref, &lineage.Execution{
			Flow: "f", Anchor: o, Members: []lineage.Member{{Object: o, Amount: lineage.Money{Minor: 100 + b.amount, Currency: "EUR"}}},
			Stages: []lineage.Stage{
				{Name: "booked", Type: "order", DoneAt: booked, Progress: []lineage.Progress{{Object: o, DoneAt: booked}}},
				{Name: "invoiced", Type: "invoice", DoneAt: invoiced},
			},
		})
	}
}

// read says that all transitions are read.
func (b *bench) read() {
	if err := b.ledger.done("nobody", b.ledger.last); err != nil {
		b.Fatal(err)
	}
}

// closed has orders end and leave memory.
func (b *bench) closed(from, to int) {
	for ; from < to; from += 10_000 {
		end := min(from+10_000, to)
		b.orders(from, end, b.now, b.now.Add(time.Second))
		b.through()
		for i := from; i < end; i++ {
			b.Forget(benchRef(i))
		}
		b.through()
		b.read()
	}
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what unique has let go of goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (b *bench) fileSize() int64 {
	info, err := os.Stat(filepath.Join(b.dir, "slo.db"))
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

// BenchmarkSweep measures a sweep over 100,000 clocks: the one that starts them, one
// with nothing to do, the one in which all of them breach, and one while all of
// these are provisional and more comes to be known that decides none.
func BenchmarkSweep(b *testing.B) {
	for b.Loop() {
		x := newBench(b)
		x.orders(0, 100_000, x.now, time.Time{})
		x.block++
		x.Through(x.block)
		took := func(what string) {
			began := time.Now()
			x.sweep(context.Background())
			b.ReportMetric(float64(time.Since(began).Milliseconds()), what+"_ms")
		}
		took("start")
		took("idle")
		x.now = x.now.Add(time.Hour)
		took("breach")
		x.mark = x.mark.Add(10 * time.Second)
		took("provisional")
		began := time.Now()
		if _, err := x.Figures(context.Background(), "default"); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "figures_ms")
		x.end()
	}
}

// BenchmarkMemory measures what a clock takes: in memory while it is open and once it
// has left, and in the file when it has ended and its transitions are read.
func BenchmarkMemory(b *testing.B) {
	const clocks = 100_000
	for b.Loop() {
		x := newBench(b)
		x.through()
		x.closed(clocks, clocks+10_000) // what bbolt keeps of its largest commit is no clock's
		before := inUse()
		x.orders(0, clocks, x.now, time.Time{})
		x.through()
		x.read()
		b.ReportMetric(float64(inUse()-before)/clocks, "B/open")
		for i := range clocks {
			x.Forget(benchRef(i))
		}
		x.orders(0, clocks, x.now, x.now.Add(time.Second))
		x.through()
		b.ReportMetric(float64(inUse()-before)/clocks, "B/ended")
		for i := range clocks {
			x.Forget(benchRef(i))
		}
		x.through()
		x.read()
		b.ReportMetric(float64(inUse()-before)/clocks, "B/away")
		x.closed(clocks+10_000, 3*clocks)
		b.ReportMetric(float64(x.fileSize())/(3*clocks), "file_B/clock")
		x.end()
	}
}

// BenchmarkFetch measures what is told of executions: ones that are new, and ones that
// have left memory, among 100,000.
func BenchmarkFetch(b *testing.B) {
	const clocks, some = 100_000, 1_000
	x := newBench(b)
	x.through()
	x.closed(0, clocks)
	for what, from := range map[string]int{"new": clocks, "away": 0} {
		b.Run(what, func(b *testing.B) {
			var took time.Duration
			n := 0
			for ; b.Loop(); n++ {
				at := from + n*some%clocks
				x.orders(at, at+some, x.now, x.now.Add(time.Second))
				x.Through(x.block)
				ready, _, _ := x.take()
				began := time.Now()
				rows, err := x.fetch(ready)
				took += time.Since(began)
				if err != nil || what == "away" && len(rows) != some {
					b.Fatalf("%d rows: %v", len(rows), err)
				}
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(n)/some, "ns/ref")
		})
	}
	x.end()
}

// BenchmarkStart measures a start with 10,000 open clocks among many that have ended.
func BenchmarkStart(b *testing.B) {
	for _, clocks := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(clocks), func(b *testing.B) {
			x := newBench(b)
			x.through()
			x.orders(0, 10_000, x.now.Add(time.Hour), time.Time{})
			x.through()
			x.closed(10_000, clocks)
			x.end()
			for b.Loop() {
				began := time.Now()
				x.begin()
				b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/start")
				if n := len(x.held); n != 10_000 {
					b.Fatalf("%d are in memory", n)
				}
				x.end()
			}
			b.ReportMetric(float64(x.fileSize())/float64(clocks), "file_B/clock")
		})
	}
}

// BenchmarkStartOpen measures a start with a million open clocks, four of each order, of
// which nothing is told: reading the ledger, and the first sweep; also of a ledger that
// has to be looked through.
func BenchmarkStartOpen(b *testing.B) {
	const orders, each = 250_000, 4
	var slas []lineage.SLA
	for i := range each {
		sla := invoicedWithin(time.Hour)
		sla.Name = fmt.Sprint("invoiced-", i)
		slas = append(slas, sla)
	}
	x := newBench(b, slas...)
	x.through()
	for from := 0; from < orders; from += 10_000 {
		x.orders(from, from+10_000, x.now, time.Time{})
		x.through()
		x.read()
	}
	if x.Kept() != x.block {
		b.Fatalf("%d is kept of %d", x.Kept(), x.block)
	}
	x.end()
	for b.Loop() {
		for _, suspect := range []bool{false, true} {
			x.Sweeper = nil
			before, what := inUse(), "ns/clock"
			if suspect {
				what = "ns/suspect"
				if err := os.WriteFile(filepath.Join(x.dir, "slo.db"+suspectName), nil, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			began := time.Now()
			x.begin()
			b.ReportMetric(float64(time.Since(began).Nanoseconds())/(orders*each), what)
			began = time.Now()
			x.through()
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "first_sweep_ms")
			b.ReportMetric(float64(inUse()-before)/(orders*each), "B/clock")
			if n := len(x.held); n != orders*each || !x.Judging() || x.Kept() != x.block {
				b.Fatalf("%d are in memory", n)
			}
			x.end()
		}
	}
	b.ReportMetric(float64(x.fileSize())/(orders*each), "file_B/clock")
}
