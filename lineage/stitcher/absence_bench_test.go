package stitcher

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

const awaiting = 100_000 // executions, each of two objects

// BenchmarkAbsences shows what it costs to keep what has not come: of executions that
// await two objects each of their own, and of those that all await a few thousand.
func BenchmarkAbsences(b *testing.B) {
	for name, objects := range map[string]int{"own": 2 * awaiting, "shared": 2000} {
		b.Run(name, func(b *testing.B) {
			var spent time.Duration
			var grown, rounds int
			for b.Loop() {
				before := heapOf()
				a := newAbsences()
				for i := range awaiting {
					ref, x := awaits(i, objects)
					began := time.Now()
					a.put(ref, x)
					spent += time.Since(began)
				}
				grown += heapOf() - before
				rounds++
				runtime.KeepAlive(a)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(grown)/float64(rounds*2*awaiting), "B/absence")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(rounds*awaiting), "ns/put")
		})
	}
	a := newAbsences()
	var shown []shownOnce
	for i := range awaiting {
		ref, x := awaits(i, 2*awaiting)
		a.put(ref, x)
		shown = append(shown, shownOnce{ref, x})
	}
	b.Run("again", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.put(shown[i%awaiting].ref, shown[i%awaiting].x)
		}
	})
	b.Run("nothing", func(b *testing.B) {
		ref, x := awaits(awaiting, 2*awaiting)
		for i := range x.Members {
			x.Members[i].Placeholder = false
		}
		b.ReportAllocs()
		for b.Loop() {
			a.put(ref, x)
		}
	})
}

type shownOnce struct {
	ref lineage.ExecutionRef
	x   *lineage.Execution
}

// awaits makes an execution that names two objects, of so many, which have not come.
func awaits(i, objects int) (lineage.ExecutionRef, *lineage.Execution) {
	object := func(typ string, n int) lineage.Object {
		return lineage.Object{Type: strings.Clone(typ), System: strings.Clone("erp"), ID: fmt.Sprintf("%c-%d", typ[0], n)}
	}
	order, quote, invoice := object("order", i), object("quote", 2*i%objects), object("invoice", (2*i+1)%objects)
	at := time.Unix(1_770_000_000+int64(i), 0).UTC()
	e := &lineage.Event{
		Tenant: "default", Source: strings.Clone("/erp/orders"), ID: fmt.Sprint("event-", i), Type: strings.Clone("order.created"), Time: at, Ingested: at.Add(time.Second),
		Refs: []lineage.Ref{{Object: order, Role: lineage.Subject}, {Object: quote, Role: "fulfils"}, {Object: invoice, Role: "bills"}},
	}
	ref := lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: order}
	return ref, &lineage.Execution{
		Flow: ref.Flow, Anchor: order, Events: []*lineage.Event{e},
		Members: []lineage.Member{{Object: quote, Rank: -1, Placeholder: true}, {Object: order}, {Object: invoice, Rank: 1, Placeholder: true}},
	}
}

func heapOf() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// BenchmarkAbsentPage asks for a page of a full list: of what flows of the catalogue
// await, and of what only the built-in one does. hold is how long the lock is held for
// taking the list down, which is longest.
func BenchmarkAbsentPage(b *testing.B) {
	for _, flow := range []string{"quote-to-cash", lineage.TransactionFlow} {
		cat, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{{Name: "quote-to-cash", Anchor: "order", Ranks: map[string]int{"order": 0}}}})
		if err != nil {
			b.Fatal(err)
		}
		s, err := New(Config{Dir: b.TempDir(), Writer: "w"}, Deps{Catalogue: cat, Store: newShelf()})
		if err != nil {
			b.Fatal(err)
		}
		close(s.loaded)
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(awaiting) {
			ref, x := awaits(i, 2*awaiting)
			ref.Flow = flow
			s.absences.put(ref, x)
		}
		ask := func(b *testing.B, q lineage.AbsentQuery) lineage.AbsentPage {
			q.Tenant, q.Limit = "default", 100
			page, err := s.Absent(b.Context(), q)
			if err != nil || len(page.Absent) != 100 {
				b.Fatal(err, len(page.Absent))
			}
			return page
		}
		first := ask(b, lineage.AbsentQuery{})
		for name, q := range map[string]lineage.AbsentQuery{
			"first": {}, "second": {Cursor: first.Next}, "of a type": {Type: "invoice"}, "of a flow": {Flow: flow},
		} {
			b.Run(flow+"/"+name, func(b *testing.B) {
				for b.Loop() {
					ask(b, q)
				}
			})
		}
		b.Run(flow+"/hold", func(b *testing.B) {
			room := make([]*naming, 0, 2*awaiting)
			for b.Loop() {
				s.absences.list(lineage.AbsentQuery{}, room)
			}
		})
	}
}
