package pipeline

import (
	"syscall"
	"testing"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// BenchmarkDecodeAndCut is the way of a span from the journal's bytes to a row
// of a block that can be stored: decode, sift, map, identify. One span in ten has
// an order.
func BenchmarkDecodeAndCut(b *testing.B) {
	const perRecord, records = 1000, 20
	cat := must(lineage.ParseCatalogue(nil))
	decoder := NewDecoder()
	w := newWindow(Config{SpanWindow: 2_000_000, LogWindow: 2, EventWindow: 2})
	known := newKnown()
	block := &lineage.Block{}
	var payloads [records][]byte
	size := 0
	for i := range payloads {
		payloads[i] = must(spansRequest(perRecord, i*perRecord).MarshalProto())
		size += len(payloads[i])
	}
	b.ReportAllocs()
	began := cpuSeconds()
	b.SetBytes(int64(size))
	for b.Loop() {
		known.reset()
		clear(block.Spans)
		*block = lineage.Block{Spans: block.Spans[:0], Identifiers: block.Identifiers[:0]}
		d := &draft{block: block, catalogue: cat, decoder: decoder, judge: live{w}, known: known}
		for _, p := range payloads {
			rec := journal.Record{
				Type: journal.Data, Signal: lineage.Traces, Encoding: journal.Protobuf, Items: perRecord,
				Tenant: "default", Payload: p, Ingested: time.Unix(1, 0),
			}
			d.add(&rec)
		}
		d.seal()
		w.spans.young.n = 0 // the same spans are new again
		clear(w.spans.young.slots)
	}
	b.ReportMetric((cpuSeconds()-began)/float64(b.N)/perRecord/records*1e6, "cpu-s/Mspan")
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
