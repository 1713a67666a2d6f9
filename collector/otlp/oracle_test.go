package otlp

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"throughline/lineage"
)

// The oracle says what the OpenTelemetry ClickHouse exporter v0.161 would write
// for a request that pdata has read, in the shape of our rows but with every
// packed text as the list of its pairs.

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var businessKeys = []string{"order.id", "correlation.id"}

type attrPair struct{ Key, Value string }

type eventRow struct {
	Time  uint64
	Name  string
	Attrs []attrPair
}

type linkRow struct {
	Trace, Span, State string
	Attrs              []attrPair
}

type spanRow struct {
	Trace, Span, Parent, State, Name, Kind, Service, Status, Message, Scope, Version string
	Flags                                                                            uint32
	Start                                                                            time.Time
	Took                                                                             time.Duration
	Resource, Attributes                                                             []attrPair
	Events                                                                           []eventRow
	Links                                                                            []linkRow
	Business                                                                         []lineage.Attr
}

type logRow struct {
	Time                                                                         time.Time
	Trace, Span, Text, Service, Event, Body, Scope, Version, ScopeSchema, Schema string
	Flags                                                                        uint32
	Severity                                                                     uint8
	Resource, ScopeAttrs, Attributes                                             []attrPair
	Business                                                                     []lineage.Attr
}

func pairsOf(m pcommon.Map) []attrPair {
	var out []attrPair
	for k, v := range m.All() {
		out = append(out, attrPair{k, v.AsString()})
	}
	return out
}

func businessOf(item, resource pcommon.Map) []lineage.Attr {
	var out []lineage.Attr
	for _, m := range []pcommon.Map{item, resource} {
		for k, v := range m.All() {
			if (k == businessKeys[0] || k == businessKeys[1]) && !has(out, k) {
				out = append(out, lineage.Attr{Key: k, Value: v.AsString()})
			}
		}
	}
	return out
}

func serviceOf(resource pcommon.Map) string {
	if v, ok := resource.Get("service.name"); ok {
		return v.AsString()
	}
	return ""
}

// wantSpans returns the rows of td, without the spans whose times cannot be.
func wantSpans(td ptrace.Traces) (rows []spanRow, rejected int) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				start, end := uint64(s.StartTimestamp()), uint64(s.EndTimestamp())
				if !possible(start) || end > start && !possible(end) {
					rejected++
					continue
				}
				row := spanRow{
					s.TraceID().String(), s.SpanID().String(), s.ParentSpanID().String(), s.TraceState().AsRaw(), s.Name(),
					s.Kind().String(), serviceOf(rs.Resource().Attributes()), s.Status().Code().String(), s.Status().Message(),
					ss.Scope().Name(), ss.Scope().Version(), s.Flags(), s.StartTimestamp().AsTime(),
					max(s.EndTimestamp().AsTime().Sub(s.StartTimestamp().AsTime()), 0),
					pairsOf(rs.Resource().Attributes()), pairsOf(s.Attributes()), nil, nil,
					businessOf(s.Attributes(), rs.Resource().Attributes()),
				}
				for _, e := range s.Events().All() {
					row.Events = append(row.Events, eventRow{uint64(e.Timestamp()), e.Name(), pairsOf(e.Attributes())})
				}
				for _, l := range s.Links().All() {
					row.Links = append(row.Links, linkRow{l.TraceID().String(), l.SpanID().String(), l.TraceState().AsRaw(), pairsOf(l.Attributes())})
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, rejected
}

func gotSpans(t testing.TB, spans []lineage.Span) (rows []spanRow) {
	for _, s := range spans {
		row := spanRow{
			s.TraceID.String(), s.SpanID.String(), s.Parent.String(), s.State, s.Name, s.Kind, s.Service, s.Status, s.StatusMessage,
			s.ScopeName, s.ScopeVersion, s.Flags, s.Start, s.Duration, unpackPairs(t, s.Resource), unpackPairs(t, s.Attributes),
			nil, nil, s.Business,
		}
		for _, e := range unpackList(t, s.Events) {
			row.Events = append(row.Events, eventRow{unpack[uint64](t, e["t"]), unpack[string](t, e["name"]), unpackPairs(t, string(e["attrs"]))})
		}
		for _, l := range unpackList(t, s.Links) {
			row.Links = append(row.Links, linkRow{
				unpack[string](t, l["trace"]), unpack[string](t, l["span"]), unpack[string](t, l["state"]), unpackPairs(t, string(l["attrs"])),
			})
		}
		rows = append(rows, row)
	}
	return rows
}

func wantLogs(ld plog.Logs) (rows []logRow, rejected int) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				at := r.Timestamp()
				if at == 0 {
					at = r.ObservedTimestamp()
				}
				when := at.AsTime()
				if at == 0 {
					when = noon
				} else if !possible(uint64(at)) {
					rejected++
					continue
				}
				rows = append(rows, logRow{
					when, r.TraceID().String(), r.SpanID().String(), r.SeverityText(), serviceOf(rl.Resource().Attributes()), r.EventName(),
					r.Body().AsString(), sl.Scope().Name(), sl.Scope().Version(), sl.SchemaUrl(), rl.SchemaUrl(), uint32(r.Flags()),
					uint8(r.SeverityNumber()), pairsOf(rl.Resource().Attributes()), pairsOf(sl.Scope().Attributes()), pairsOf(r.Attributes()),
					businessOf(r.Attributes(), rl.Resource().Attributes()),
				})
			}
		}
	}
	return rows, rejected
}

func gotLogs(t testing.TB, logs []lineage.Log) (rows []logRow) {
	for _, l := range logs {
		rows = append(rows, logRow{
			l.Time, l.TraceID.String(), l.SpanID.String(), l.SeverityText, l.Service, l.EventName, l.Body, l.ScopeName, l.ScopeVersion,
			l.ScopeSchema, l.ResourceSchema, l.Flags, l.Severity, unpackPairs(t, l.Resource), unpackPairs(t, l.ScopeAttrs),
			unpackPairs(t, l.Attributes), l.Business,
		})
	}
	return rows
}

func unpack[T any](t testing.TB, text []byte) (out T) {
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return out
}

func unpackList(t testing.TB, text string) []map[string]json.RawMessage {
	if text == "" {
		return nil
	}
	return unpack[[]map[string]json.RawMessage](t, []byte(text))
}

// unpackPairs reads an object with its order and its doubled keys.
func unpackPairs(t testing.TB, text string) (out []attrPair) {
	if !json.Valid([]byte(text)) {
		t.Fatalf("%q is not JSON", text)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	var words []string
	for dec.More() || len(words) == 0 && dec.InputOffset() < int64(len(text)) {
		token, err := dec.Token()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if s, ok := token.(string); ok {
			words = append(words, s)
		}
	}
	for i := 0; i+1 < len(words); i += 2 {
		out = append(out, attrPair{words[i], words[i+1]})
	}
	return out
}

func diff(want, got any) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }
