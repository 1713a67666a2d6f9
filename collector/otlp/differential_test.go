package otlp

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"pgregory.net/rapid"

	"throughline/collector/journal"
	"throughline/lineage"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func drawValue(t *rapid.T, v pcommon.Value, depth int) {
	top := 6
	if depth > 2 {
		top = 4
	}
	switch rapid.IntRange(0, top).Draw(t, "value kind") {
	case 0:
		v.SetStr(rapid.String().Draw(t, "string"))
	case 1:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	case 2:
		v.SetDouble(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1e21, 1e-7, math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, "double"))
	case 3:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case 4:
		v.SetEmptyBytes().FromRaw(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case 5:
		list := v.SetEmptySlice()
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			drawValue(t, list.AppendEmpty(), depth+1)
		}
	case 6:
		pairs := v.SetEmptyMap()
		for range rapid.IntRange(0, 3).Draw(t, "pairs") {
			drawValue(t, pairs.PutEmpty(rapid.String().Draw(t, "key")), depth+1)
		}
	}
}

func drawAttributes(t *rapid.T, m pcommon.Map) {
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		key := rapid.SampledFrom([]string{"order.id", "service.name", "a", "ключ", `q"uote`, ""}).Draw(t, "key")
		drawValue(t, m.PutEmpty(key), 0)
	}
}

func drawTraceID(t *rapid.T) (id pcommon.TraceID) {
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "trace id"))
	return id
}

func drawSpanID(t *rapid.T) (id pcommon.SpanID) {
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "span id"))
	return id
}

func drawTraces(t *rapid.T) ptrace.Traces {
	td := ptrace.NewTraces()
	for range rapid.IntRange(0, 2).Draw(t, "resources") {
		rs := td.ResourceSpans().AppendEmpty()
		drawAttributes(t, rs.Resource().Attributes())
		for range rapid.IntRange(0, 2).Draw(t, "scopes") {
			ss := rs.ScopeSpans().AppendEmpty()
			ss.Scope().SetName(rapid.String().Draw(t, "scope"))
			ss.Scope().SetVersion(rapid.String().Draw(t, "version"))
			for range rapid.IntRange(0, 3).Draw(t, "spans") {
				drawSpan(t, ss.Spans().AppendEmpty())
			}
		}
	}
	return td
}

func drawSpan(t *rapid.T, s ptrace.Span) {
	s.SetTraceID(drawTraceID(t))
	s.SetSpanID(drawSpanID(t))
	s.SetParentSpanID(drawSpanID(t))
	s.SetName(rapid.String().Draw(t, "name"))
	s.TraceState().FromRaw(rapid.String().Draw(t, "state"))
	s.SetFlags(rapid.Uint32().Draw(t, "flags"))
	s.SetKind(ptrace.SpanKind(rapid.IntRange(0, 5).Draw(t, "kind")))
	start := noon.Add(time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "start")))
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(rapid.Int64Range(-1e9, 1e12).Draw(t, "took")))))
	s.Status().SetCode(ptrace.StatusCode(rapid.IntRange(0, 2).Draw(t, "status")))
	s.Status().SetMessage(rapid.String().Draw(t, "message"))
	drawAttributes(t, s.Attributes())
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		e := s.Events().AppendEmpty()
		e.SetName(rapid.String().Draw(t, "event"))
		e.SetTimestamp(pcommon.Timestamp(rapid.Uint64().Draw(t, "at")))
		drawAttributes(t, e.Attributes())
	}
	for range rapid.IntRange(0, 2).Draw(t, "links") {
		l := s.Links().AppendEmpty()
		l.SetTraceID(drawTraceID(t))
		l.SetSpanID(drawSpanID(t))
		l.TraceState().FromRaw(rapid.String().Draw(t, "link state"))
		drawAttributes(t, l.Attributes())
	}
}

// texts is what the exporter would write of a map.
func texts(m pcommon.Map) map[string]string {
	out := map[string]string{}
	for k, v := range m.All() {
		out[k] = v.AsString()
	}
	return out
}

func unpack[T any](t *rapid.T, packed string, empty T) T {
	out := empty
	if packed == "" {
		return out
	}
	if err := json.Unmarshal([]byte(packed), &out); err != nil {
		t.Fatalf("%q is not JSON: %v", packed, err)
	}
	return out
}

type packedEvent struct {
	T     uint64            `json:"t"`
	Name  string            `json:"name"`
	Attrs map[string]string `json:"attrs"`
}

type packedLink struct {
	Trace, Span, State string
	Attrs              map[string]string
}

func TestADecodedSpanEqualsWhatTheExporterWouldWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		td := drawTraces(t)
		body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
		if err != nil {
			t.Fatal(err)
		}
		n, err := NewScanner(DefaultLimits()).Scan(lineage.Traces, journal.Protobuf, body)
		if err != nil || n != td.SpanCount() {
			t.Fatalf("scan: %d of %d spans, %v", n, td.SpanCount(), err)
		}
		spans, rejects, err := NewDecoder([]string{"order.id"}).DecodeTraces(body, "default", noon, nil)
		if err != nil || len(rejects) > 0 || len(spans) != n {
			t.Fatalf("decode: %d of %d spans, rejects %v, %v", len(spans), n, rejects, err)
		}
		i := 0
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, want := range ss.Spans().All() {
					compareSpan(t, &spans[i], want, ss, rs)
					i++
				}
			}
		}
	})
}

func compareSpan(t *rapid.T, got *lineage.Span, want ptrace.Span, ss ptrace.ScopeSpans, rs ptrace.ResourceSpans) {
	service := ""
	if v, ok := rs.Resource().Attributes().Get("service.name"); ok {
		service = v.AsString()
	}
	var business []lineage.Attr
	for _, m := range []pcommon.Map{want.Attributes(), rs.Resource().Attributes()} {
		if v, ok := m.Get("order.id"); ok {
			business = append(business, lineage.Attr{Key: "order.id", Value: v.AsString()})
		}
	}
	took := max(want.EndTimestamp().AsTime().Sub(want.StartTimestamp().AsTime()), 0)
	type flat struct {
		Trace, Span, Parent, Name, State, Kind, Service, Status, Message, Scope, Version string
		Flags                                                                            uint32
		Start                                                                            time.Time
		Took                                                                             time.Duration
		Attributes, Resource                                                             map[string]string
		Business                                                                         []lineage.Attr
		Events                                                                           []packedEvent
		Links                                                                            []packedLink
	}
	w := flat{
		want.TraceID().String(), want.SpanID().String(), want.ParentSpanID().String(), want.Name(), want.TraceState().AsRaw(),
		want.Kind().String(), service, want.Status().Code().String(), want.Status().Message(), ss.Scope().Name(), ss.Scope().Version(),
		want.Flags(), want.StartTimestamp().AsTime(), took, texts(want.Attributes()), texts(rs.Resource().Attributes()), business,
		[]packedEvent{}, []packedLink{},
	}
	for _, e := range want.Events().All() {
		w.Events = append(w.Events, packedEvent{uint64(e.Timestamp()), e.Name(), texts(e.Attributes())})
	}
	for _, l := range want.Links().All() {
		w.Links = append(w.Links, packedLink{l.TraceID().String(), l.SpanID().String(), l.TraceState().AsRaw(), texts(l.Attributes())})
	}
	g := flat{
		got.TraceID.String(), got.SpanID.String(), got.Parent.String(), got.Name, got.State, got.Kind, got.Service, got.Status,
		got.StatusMessage, got.ScopeName, got.ScopeVersion, got.Flags, got.Start, got.Duration,
		unpack(t, got.Attributes, map[string]string{}), unpack(t, got.Resource, map[string]string{}), got.Business,
		unpack(t, got.Events, []packedEvent{}), unpack(t, got.Links, []packedLink{}),
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Fatalf("(-exporter +ours):\n%s", diff)
	}
}

func TestALogRecordAndItsJSONFormDecodeAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ld := plog.NewLogs()
		rl := ld.ResourceLogs().AppendEmpty()
		rl.Resource().Attributes().PutStr("service.name", "erp")
		rl.SetSchemaUrl("https://example.com/r")
		sl := rl.ScopeLogs().AppendEmpty()
		for range rapid.IntRange(0, 3).Draw(t, "records") {
			r := sl.LogRecords().AppendEmpty()
			r.SetTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "time")))))
			r.SetSeverityNumber(plog.SeverityNumber(rapid.IntRange(0, 24).Draw(t, "severity")))
			r.SetSeverityText(rapid.String().Draw(t, "severity text"))
			r.SetEventName(rapid.String().Draw(t, "event"))
			r.SetTraceID(drawTraceID(t))
			r.SetSpanID(drawSpanID(t))
			r.Body().SetStr(rapid.String().Draw(t, "body"))
			r.Attributes().PutStr("order.id", rapid.String().Draw(t, "order"))
		}
		request := plogotlp.NewExportRequestFromLogs(ld)
		body, err := request.MarshalProto()
		if err != nil {
			t.Fatal(err)
		}
		text, err := request.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		scanner := NewScanner(DefaultLimits())
		converted, err := scanner.FromJSON(lineage.Logs, text)
		if err != nil {
			t.Fatal(err)
		}
		one, _, err1 := NewDecoder([]string{"order.id"}).DecodeLogs(body, "default", noon, nil)
		two, _, err2 := NewDecoder([]string{"order.id"}).DecodeLogs(converted, "default", noon, nil)
		if err1 != nil || err2 != nil || len(one) != ld.LogRecordCount() {
			t.Fatalf("%d records, %v, %v", len(one), err1, err2)
		}
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatalf("(-protobuf +json):\n%s", diff)
		}
		for i, want := range sl.LogRecords().All() {
			got := one[i]
			if got.Body != want.Body().AsString() || got.EventName != want.EventName() || got.Service != "erp" ||
				!got.Time.Equal(want.Timestamp().AsTime()) || got.Severity != uint8(want.SeverityNumber()) ||
				got.ResourceSchema != "https://example.com/r" {
				t.Fatalf("record %d: %+v", i, got)
			}
		}
	})
}
