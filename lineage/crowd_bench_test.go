package lineage

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkManyEventsOnOneObject shows what a crowd about one object costs: events about
// one order that come at once, as at a restart; a payment run, which is a leaf, in a
// flow with stages of amounts; and a correlation id that names one order until one event
// more makes it ambiguous. Each is run with half as many too: double the crowd takes
// double the time, and four times as long would be quadratic. Making the events is not
// timed, and neither is what the third case has before its last event.
func BenchmarkManyEventsOnOneObject(b *testing.B) {
	for _, crowd := range []struct {
		name   string
		flow   string
		most   int
		events func(n int) (before, timed []*Event)
	}{
		{"events of an order", billing, 8000, eventsOfOneOrder},
		{"invoices of a payment run", billing, 3000, invoicesOfOneRun},
		{"a correlation that turns ambiguous", billing, 4000, oneCorrelation},
	} {
		cat := flowOf(b, crowd.flow)
		for _, n := range []int{crowd.most / 2, crowd.most} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(crowd.name, " ", "-"), n), func(b *testing.B) {
				before, timed := crowd.events(n)
				for b.Loop() {
					b.StopTimer()
					g := NewGraph(cat, "default")
					stitch(g, before)
					b.StartTimer()
					if len(stitch(g, timed)) == 0 {
						b.Fatal("nothing has changed")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/event")
			})
		}
	}
}

func stitch(g *Graph, events []*Event) []ExecutionRef {
	for _, e := range events {
		g.Add(e)
	}
	return g.Recompute()
}

func eventsOfOneOrder(n int) (before, timed []*Event) {
	for i := range n {
		timed = append(timed, stated(fmt.Sprint("e", i), "", 1, "order/1"))
	}
	return nil, timed
}

func invoicesOfOneRun(n int) (before, timed []*Event) {
	for i := range n {
		invoice := fmt.Sprint("invoice/", i)
		timed = append(timed, stated(fmt.Sprint("i", i), "", 1, invoice, fmt.Sprint("order/", i)), stated(fmt.Sprint("r", i), "", 1, invoice, "payment_run/R"))
	}
	return nil, timed
}

func oneCorrelation(n int) (before, timed []*Event) {
	for i := range n {
		before = append(before, stated(fmt.Sprint("e", i), "", 1, "order/1"))
	}
	timed = []*Event{stated("last", "", 1, "order/2")}
	for _, e := range append(before, timed...) {
		e.Correlation = "c"
	}
	return before, timed
}
