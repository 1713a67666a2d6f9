package otlp

import (
	"math"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

func drawValue(t *rapid.T, v pcommon.Value, depth int) {
	top := 7
	if depth > 2 {
		top = 5
	}
	switch rapid.IntRange(0, top).Draw(t, "value kind") {
	case 0:
		v.SetStr(drawText(t, "string"))
	case 1:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	case 2:
		doubles := []float64{0, math.Copysign(0, -1), 1e21, 1e-7, 1e-10, 123456789, math.NaN(), math.Inf(1), math.Inf(-1)}
		v.SetDouble(rapid.OneOf(rapid.Float64(), rapid.SampledFrom(doubles)).Draw(t, "double"))
	case 3:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case 4:
		v.SetEmptyBytes().FromRaw(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case 5: // not set
	case 6:
		list := v.SetEmptySlice()
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			drawValue(t, list.AppendEmpty(), depth+1)
		}
	case 7:
		pairs := v.SetEmptyMap()
		for range rapid.IntRange(0, 3).Draw(t, "pairs") {
			drawValue(t, addEmpty(pairs, drawText(t, "key")), depth+1)
		}
	}
}

// addEmpty adds a key though it may be there already, which Map.PutEmpty would not.
func addEmpty(m pcommon.Map, key string) pcommon.Value {
	one := pcommon.NewMap()
	v := one.PutEmpty(key)
	if _, there := m.Get(key); !there {
		return m.PutEmpty(key)
	}
	return v
}

func drawText(t *rapid.T, label string) string {
	awkward := []string{
		"", `q"uo\te`, "a\nb\tc\rd\be\ff\x00g\x1f", "\u2028\u2029", "ключ", "€uro 🙂", "\x7f", "<b>&amp;</b>", "exactly8", "eight+1\"9",
	}
	return rapid.OneOf(rapid.String(), rapid.SampledFrom(awkward)).Draw(t, label)
}

func drawAttributes(t *rapid.T, m pcommon.Map) {
	keys := []string{"order.id", "correlation.id", "service.name", "a", "ключ", `q"uote`, "", "order.ix"}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		drawValue(t, m.PutEmpty(rapid.SampledFrom(keys).Draw(t, "key")), 0)
	}
}

func drawTraceID(t *rapid.T) (id pcommon.TraceID) {
	if rapid.Bool().Draw(t, "has a trace id") {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "trace id"))
	}
	return id
}

func drawSpanID(t *rapid.T) (id pcommon.SpanID) {
	if rapid.Bool().Draw(t, "has a span id") {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "span id"))
	}
	return id
}

// drawTime is mostly about noon, and sometimes a time that cannot be.
func drawTime(t *rapid.T, label string) pcommon.Timestamp {
	if rapid.IntRange(0, 19).Draw(t, label+" is odd") == 0 {
		return pcommon.Timestamp(rapid.SampledFrom([]uint64{0, 1, 86399999999999, 86400000000000, 1 << 63, math.MaxUint64}).Draw(t, label))
	}
	return pcommon.NewTimestampFromTime(noon.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(t, label))))
}

func drawTraces(t *rapid.T) ptrace.Traces {
	td := ptrace.NewTraces()
	for range rapid.IntRange(0, 2).Draw(t, "resources") {
		rs := td.ResourceSpans().AppendEmpty()
		drawAttributes(t, rs.Resource().Attributes())
		for range rapid.IntRange(0, 2).Draw(t, "scopes") {
			ss := rs.ScopeSpans().AppendEmpty()
			ss.Scope().SetName(drawText(t, "scope"))
			ss.Scope().SetVersion(drawText(t, "version"))
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
	s.SetName(drawText(t, "name"))
	s.TraceState().FromRaw(drawText(t, "state"))
	s.SetFlags(rapid.Uint32().Draw(t, "flags"))
	s.SetKind(ptrace.SpanKind(rapid.IntRange(-1, 6).Draw(t, "kind")))
	s.SetStartTimestamp(drawTime(t, "start"))
	s.SetEndTimestamp(drawTime(t, "end"))
	s.Status().SetCode(ptrace.StatusCode(rapid.IntRange(-1, 3).Draw(t, "status")))
	s.Status().SetMessage(drawText(t, "message"))
	drawAttributes(t, s.Attributes())
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		e := s.Events().AppendEmpty()
		e.SetName(drawText(t, "event"))
		e.SetTimestamp(pcommon.Timestamp(rapid.Uint64().Draw(t, "at")))
		drawAttributes(t, e.Attributes())
	}
	for range rapid.IntRange(0, 2).Draw(t, "links") {
		l := s.Links().AppendEmpty()
		l.SetTraceID(drawTraceID(t))
		l.SetSpanID(drawSpanID(t))
		l.TraceState().FromRaw(drawText(t, "link state"))
		drawAttributes(t, l.Attributes())
	}
}

func drawLogs(t *rapid.T) plog.Logs {
	ld := plog.NewLogs()
	for range rapid.IntRange(0, 2).Draw(t, "resources") {
		rl := ld.ResourceLogs().AppendEmpty()
		drawAttributes(t, rl.Resource().Attributes())
		rl.SetSchemaUrl(drawText(t, "schema"))
		for range rapid.IntRange(0, 2).Draw(t, "scopes") {
			sl := rl.ScopeLogs().AppendEmpty()
			sl.Scope().SetName(drawText(t, "scope"))
			sl.Scope().SetVersion(drawText(t, "version"))
			sl.SetSchemaUrl(drawText(t, "scope schema"))
			drawAttributes(t, sl.Scope().Attributes())
			for range rapid.IntRange(0, 3).Draw(t, "records") {
				r := sl.LogRecords().AppendEmpty()
				r.SetTimestamp(drawTime(t, "time"))
				r.SetObservedTimestamp(drawTime(t, "observed"))
				r.SetSeverityNumber(plog.SeverityNumber(rapid.Int32Range(0, 300).Draw(t, "severity")))
				r.SetSeverityText(drawText(t, "severity text"))
				r.SetEventName(drawText(t, "event"))
				r.SetTraceID(drawTraceID(t))
				r.SetSpanID(drawSpanID(t))
				r.SetFlags(plog.LogRecordFlags(rapid.Uint32().Draw(t, "flags")))
				drawValue(t, r.Body(), 0)
				drawAttributes(t, r.Attributes())
			}
		}
	}
	return ld
}

func TestASpanIsDecodedToWhatTheExporterWrites(t *testing.T) {
	t.Parallel()
	decoder := NewDecoder(businessKeys) // one for all, as the pipeline has it
	rapid.Check(t, func(rt *rapid.T) {
		td := drawTraces(rt)
		request := ptraceotlp.NewExportRequestFromTraces(td)
		body, err := request.MarshalProto()
		if err != nil {
			rt.Fatal(err)
		}
		counts, err := ScanTraces(body, DefaultLimits())
		if err != nil || counts.Items != td.SpanCount() {
			rt.Fatalf("scan: %d of %d spans, %v", counts.Items, td.SpanCount(), err)
		}
		spans, rejects, err := decoder.DecodeTraces(body, "default", noon, nil)
		want, rejected := wantSpans(td)
		if err != nil || len(rejects) != rejected {
			rt.Fatalf("decode: %d rejects, want %d; %v", len(rejects), rejected, err)
		}
		if d := diff(want, gotSpans(t, spans)); d != "" {
			rt.Fatalf("(-exporter +ours):\n%s", d)
		}
		text, err := request.MarshalJSON()
		if err != nil {
			rt.Fatal(err)
		}
		converted, err := TracesJSON(text, DefaultLimits())
		if err != nil {
			rt.Fatalf("%v in %s", err, text)
		}
		again, _, err := NewDecoder(businessKeys).DecodeTraces(converted, "default", noon, nil)
		if d := diff(spans, again); d != "" || err != nil {
			rt.Fatalf("%v (-protobuf +JSON):\n%s", err, d)
		}
	})
}

func TestALogRecordIsDecodedToWhatTheExporterWrites(t *testing.T) {
	t.Parallel()
	decoder := NewDecoder(businessKeys)
	rapid.Check(t, func(rt *rapid.T) {
		ld := drawLogs(rt)
		request := plogotlp.NewExportRequestFromLogs(ld)
		body, err := request.MarshalProto()
		if err != nil {
			rt.Fatal(err)
		}
		counts, err := ScanLogs(body, DefaultLimits())
		if err != nil || counts.Items != ld.LogRecordCount() {
			rt.Fatalf("scan: %d of %d records, %v", counts.Items, ld.LogRecordCount(), err)
		}
		logs, rejects, err := decoder.DecodeLogs(body, "default", noon, []lineage.Log{})
		want, rejected := wantLogs(ld)
		if err != nil || len(rejects) != rejected {
			rt.Fatalf("decode: %d rejects, want %d; %v", len(rejects), rejected, err)
		}
		if d := diff(want, gotLogs(t, logs)); d != "" {
			rt.Fatalf("(-exporter +ours):\n%s", d)
		}
		text, err := request.MarshalJSON()
		if err != nil {
			rt.Fatal(err)
		}
		converted, err := LogsJSON(text, DefaultLimits())
		if err != nil {
			rt.Fatalf("%v in %s", err, text)
		}
		again, _, err := NewDecoder(businessKeys).DecodeLogs(converted, "default", noon, nil)
		if d := diff(logs, again); d != "" || err != nil {
			rt.Fatalf("%v (-protobuf +JSON):\n%s", err, d)
		}
	})
}
