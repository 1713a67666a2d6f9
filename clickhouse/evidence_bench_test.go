package clickhouse_test

import (
	"fmt"
	"testing"
	"time"

	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// orders is a block of events of orders, six each, with random ids as systems give them.
func orders(id uint64, size int) *lineage.Block {
	b := &lineage.Block{Writer: "bench", ID: id, Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	steps := []string{"order.created", "order.confirmed", "delivery.created", "delivery.shipped", "invoice.posted", "payment.received"}
	for i := range size {
		n, step := id*uint64(size)+uint64(i), i%len(steps)
		hash := n * 0x9e3779b97f4a7c15
		order := lineage.Object{Type: "order", System: "erp", ID: fmt.Sprintf("SO-%07d", n/6)}
		at := b.Day.Add(time.Duration(n) * time.Millisecond)
		e := lineage.Event{
			Tenant: "default", Source: "urn:erp", ID: fmt.Sprintf("%016x-%08x", hash, uint32(hash>>7)), Type: steps[step], Time: at, Ingested: at.Add(37 * time.Millisecond),
			Refs:  []lineage.Ref{{Object: order, Role: lineage.Subject}, {Object: lineage.Object{Type: "customer", System: "crm", ID: fmt.Sprint("C-", n%9973)}, Role: lineage.Mentions}},
			Stage: steps[step], Contract: steps[step] + "@1", Hash: hash, Correlation: fmt.Sprintf("c-%016x", (n/6)*0xbf58476d1ce4e5b9),
			Payload: fmt.Sprintf(`{"order":"%s","amount":%d,"customer":"C-%d","text":"%x"}`, order.ID, hash%100000, n%9973, hash), Envelope: `{"specversion":"1.0"}`,
		}
		if step > 1 {
			e.Refs[1] = lineage.Ref{Object: lineage.Object{Type: "delivery", System: "wms", ID: fmt.Sprintf("DL-%07d", n/6)}, Role: lineage.Mentions}
		}
		b.Events = append(b.Events, e)
	}
	return b
}

// BenchmarkAppendEvents stores blocks of 5,000 business events and tells what that costs,
// client and engine together, and what it takes on disk once merged.
func BenchmarkAppendEvents(b *testing.B) {
	const size = 5000
	f := storetest.NewFixture(b, dsn)
	var spent time.Duration
	id := uint64(0)
	for b.Loop() {
		b.StopTimer()
		id++
		block := orders(id, size)
		b.StartTimer()
		before := cpu(b)
		if err := f.Append(b.Context(), block, false); err != nil {
			b.Fatal(err)
		}
		spent += cpu(b) - before
	}
	stored := float64(id * size)
	b.ReportMetric(spent.Seconds()*1e6/stored, "cpu-s/Mevent")
	before := cpu(b)
	for _, table := range []string{"business_events", "evidence"} {
		b.ReportMetric(float64(f.Merged(b, table))/stored, table+"-B/event")
	}
	b.ReportMetric((cpu(b)-before).Seconds()*1e6/stored, "merge-cpu-s/Mevent")
}
