package sweeper

import (
	"context"
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

// orders tells a sweeper of n orders that were booked at a time.
func orders(s *Sweeper, n int, at time.Time) {
	for i := range n {
		o := lineage.Object{Type: "order", System: "erp", ID: fmt.Sprint(1_000_000 + i)}
		s.Execution(lineage.ExecutionRef{Flow: "f", Anchor: o}, &lineage.Execution{
			Flow: "f", Anchor: o, Members: []lineage.Member{{Object: o, Amount: lineage.Money{Minor: 100, Currency: "EUR"}}},
			Stages: []lineage.Stage{
				{Name: "booked", Type: "order", DoneAt: at, Progress: []lineage.Progress{{Object: o, DoneAt: at}}}, {Name: "invoiced", Type: "invoice"},
			},
		})
	}
	s.Through(1)
}

// BenchmarkSweep measures a sweep over 100,000 clocks: the one that starts them, one
// with nothing to do, the one in which all of them breach, and one while all of
// these are provisional and more comes to be known that decides none.
func BenchmarkSweep(b *testing.B) {
	const clocks = 100_000
	for b.Loop() {
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		mark := now
		s, err := New(Config{Dir: b.TempDir(), Patience: time.Second}, Deps{
			Mark: func() Mark { return Mark{1, mark} }, Now: func() time.Time { return now },
		})
		if err != nil {
			b.Fatal(err)
		}
		if s.ledger, _, err = openLedger(s.cfg, s.deps, nil); err != nil {
			b.Fatal(err)
		}
		s.Anew(catalogue(b, invoicedWithin(time.Minute)))
		orders(s, clocks, now)
		took := func(what string) {
			began := time.Now()
			s.sweep(context.Background())
			b.ReportMetric(float64(time.Since(began).Milliseconds()), what+"_ms")
		}
		took("start")
		took("idle")
		now = now.Add(time.Hour)
		took("breach")
		mark = mark.Add(10 * time.Second)
		took("provisional")
		began := time.Now()
		if _, err := s.Figures(context.Background(), "default"); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "figures_ms")
		if err := s.ledger.close(); err != nil {
			b.Fatal(err)
		}
	}
}
