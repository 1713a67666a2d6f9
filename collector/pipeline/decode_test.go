package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/collector/journal"
	"throughline/lineage"
)

// spansRequest is an export request of n spans, ten a trace, each with twelve
// attributes; every tenth trace names an order.
func spansRequest(n, from int) ptraceotlp.ExportRequest {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "erp")
	ss := rs.ScopeSpans().AppendEmpty()
	for i := from; i < from+n; i++ {
		s := ss.Spans().AppendEmpty()
		t := i / 10
		s.SetTraceID(pcommon.TraceID{byte(t), byte(t >> 8), byte(t >> 16), 7})
		s.SetSpanID(pcommon.SpanID{byte(i), byte(i >> 8), byte(i >> 16), 1})
		s.SetName("POST /api/orders/{id}")
		s.SetStartTimestamp(1_795_000_000_000_000_000)
		s.SetEndTimestamp(1_795_000_000_005_000_000)
		a := s.Attributes()
		for k := range 11 {
			a.PutStr(fmt.Sprintf("attribute.number.%d", k), "a value of some length")
		}
		if t%10 == 0 {
			a.PutStr("order.id", fmt.Sprintf("SO-%07d", t))
		}
	}
	return ptraceotlp.NewExportRequestFromTraces(td)
}

func logsRequest() plogotlp.ExportRequest {
	ld := plog.NewLogs()
	l := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	l.SetTimestamp(1_795_000_000_000_000_000)
	l.Body().SetStr("booked")
	l.Attributes().PutStr("order.id", "SO-1")
	return plogotlp.NewExportRequestFromLogs(ld)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const event = `{"specversion":"1.0","id":"%s","source":"/crm","type":"order.booked","subject":"order/SO-1"}`
	cases := map[string]struct {
		rec  journal.Record
		rows [3]int // spans, logs, events
		err  string
	}{
		"OTLP traces in protobuf": {
			rec:  journal.Record{Signal: lineage.Traces, Encoding: journal.Protobuf, Payload: must(spansRequest(3, 0).MarshalProto())},
			rows: [3]int{3, 0, 0},
		},
		"OTLP traces in JSON": {
			rec:  journal.Record{Signal: lineage.Traces, Encoding: journal.JSON, Payload: must(spansRequest(3, 0).MarshalJSON())},
			rows: [3]int{3, 0, 0},
		},
		"OTLP logs in protobuf": {
			rec:  journal.Record{Signal: lineage.Logs, Encoding: journal.Protobuf, Payload: must(logsRequest().MarshalProto())},
			rows: [3]int{0, 1, 0},
		},
		"OTLP logs in JSON": {
			rec:  journal.Record{Signal: lineage.Logs, Encoding: journal.JSON, Payload: must(logsRequest().MarshalJSON())},
			rows: [3]int{0, 1, 0},
		},
		"A CloudEvent": {
			rec:  journal.Record{Signal: lineage.Events, Encoding: journal.CloudEvent, Payload: fmt.Appendf(nil, event, "1")},
			rows: [3]int{0, 0, 1},
		},
		"A batch of CloudEvents": {
			rec: journal.Record{
				Signal: lineage.Events, Encoding: journal.CloudEventBatch,
				Payload: fmt.Appendf(nil, "["+event+","+event+"]", "1", "2"),
			},
			rows: [3]int{0, 0, 2},
		},
		"Broken protobuf": {
			rec: journal.Record{Signal: lineage.Traces, Encoding: journal.Protobuf, Payload: []byte{0x0a, 0x20, 1}}, err: "decode OTLP",
		},
		"A CloudEvent without an id": {
			rec: journal.Record{Signal: lineage.Events, Encoding: journal.CloudEvent, Payload: []byte(`{"specversion":"1.0"}`)}, err: "id",
		},
		"An encoding that only a later version knows": {
			rec: journal.Record{Signal: lineage.Events, Encoding: 77}, err: "encoding 77",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.rec.Tenant = "default"
			var b lineage.Block
			err := NewDecoder().Decode(&c.rec, must(lineage.ParseCatalogue(nil)), &b)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if rows := [3]int{len(b.Spans), len(b.Logs), len(b.Events)}; err != nil || rows != c.rows {
				t.Fatalf("%v, error %v", rows, err)
			}
		})
	}
}

// What breaks the mapping of one event is that event's trouble, with its name.
func TestAMappingThatGivesUpTakesNoEventWithIt(t *testing.T) {
	t.Parallel()
	rec := journal.Record{
		Signal: lineage.Events, Encoding: journal.CloudEventBatch, Tenant: "default",
		Payload: []byte(`[{"specversion":"1.0","id":"e1","source":"crm","type":"won"},{"specversion":"1.0","id":"e2","source":"crm","type":"won"}]`),
	}
	var b lineage.Block
	if err := NewDecoder().Decode(&rec, nil, &b); err != nil { // without a catalogue nothing maps
		t.Fatal(err)
	}
	if len(b.Events) != 0 || len(b.Quarantine) != 2 || b.Quarantine[1].EventID != "e2" || !strings.Contains(b.Quarantine[0].Reason, "gave up") {
		t.Errorf("%d events, quarantine %+v", len(b.Events), b.Quarantine)
	}
}

func TestWhatTheDiskLostIsShownToTheHouse(t *testing.T) {
	t.Parallel()
	for tenant, seenBy := range map[string]string{"": "default", "acme": "acme"} {
		if q := damaged("w", &journal.Record{Tenant: tenant, Source: "segment 3", Lost: 7}); q.Tenant != seenBy || !strings.Contains(q.Reason, "7 acknowledged") {
			t.Errorf("lost by %q: %+v", tenant, q)
		}
	}
}

// An event outlives the request that it was read from, so it must not share its
// memory.
func TestAnEventOwnsItsStrings(t *testing.T) {
	t.Parallel()
	cat := must(lineage.ParseCatalogue(nil))
	rec := journal.Record{
		Type: journal.Data, Signal: lineage.Traces, Encoding: journal.Protobuf, Tenant: "default", Items: 1,
		Payload: must(spansRequest(1, 0).MarshalProto()),
	}
	d := &draft{block: &lineage.Block{}, catalogue: cat, decoder: NewDecoder(), judge: &script{}, known: newKnown()}
	d.add(&rec)
	if len(d.block.Events) != 1 {
		t.Fatalf("%d events", len(d.block.Events))
	}
	e := d.block.Events[0]
	before := fmt.Sprintf("%+v", e)
	if !strings.Contains(before, "SO-0000000") {
		t.Fatalf("no order in %s", before)
	}
	clear(rec.Payload)
	if after := fmt.Sprintf("%+v", e); after != before {
		t.Fatalf("the event changed with the request:\n%s\n%s", before, after)
	}
}
