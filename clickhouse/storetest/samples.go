package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// day is when the blocks of the suite were taken in.
var day = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// at is a moment of that day.
func at(d time.Duration) time.Time { return day.Add(d) }

func replaceNames(query, store, otel string) string {
	return strings.NewReplacer("store.", "`"+store+"`.", "otel.", "`"+otel+"`.").Replace(query)
}

// The samples' words: short, odd and of any script, so that values repeat.
var words = rapid.OneOf(
	rapid.SampledFrom([]string{"", "order", "SO-1", "Ångström", "订单", "'; DROP TABLE spans --", "a\tb\nc\\", "\x00", `"quoted"`, "🧾", "e\u0301"}),
	rapid.String(),
)

var moments = rapid.Custom(func(t *rapid.T) time.Time {
	if rapid.IntRange(0, 9).Draw(t, "untold") == 0 {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(1, 9_000_000_000).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
})

var objects = rapid.Custom(func(t *rapid.T) lineage.Object {
	return lineage.Object{Type: words.Draw(t, "type"), System: words.Draw(t, "system"), Scope: words.Draw(t, "scope"), ID: words.Draw(t, "id")}
})

var traceIDs = rapid.Custom(func(t *rapid.T) lineage.TraceID {
	id := lineage.TraceID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "trace"))
	id[15] |= 1
	return id
})

var spanIDs = rapid.Custom(func(t *rapid.T) lineage.SpanID {
	return lineage.SpanID(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "span"))
})

var spans = rapid.Custom(func(t *rapid.T) lineage.Span {
	w := func(name string) string { return words.Draw(t, name) }
	return lineage.Span{
		Tenant: "default", TraceID: traceIDs.Draw(t, "trace"), SpanID: spanIDs.Draw(t, "span"), Parent: spanIDs.Draw(t, "parent"),
		State: w("state"), Flags: rapid.Uint32().Draw(t, "flags"), Name: w("name"), Kind: w("kind"), Service: w("service"),
		Start: day.Add(time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "start"))), Duration: time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "duration")),
		Status: w("status"), StatusMessage: w("message"), ScopeName: w("scope"), ScopeVersion: w("version"),
		Resource: w("resource"), Attributes: w("attributes"), Events: w("events"), Links: w("links"),
		Ingested: day.Add(time.Duration(rapid.IntRange(0, 86_399_999).Draw(t, "ingested")) * time.Millisecond), Hash: rapid.Uint64().Draw(t, "hash"),
	}
})

var logs = rapid.Custom(func(t *rapid.T) lineage.Log {
	w := func(name string) string { return words.Draw(t, name) }
	return lineage.Log{
		Tenant: "default", Time: day.Add(time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "time"))),
		TraceID: traceIDs.Draw(t, "trace"), SpanID: spanIDs.Draw(t, "span"), Flags: rapid.Uint32().Draw(t, "flags"),
		Severity: rapid.Uint8().Draw(t, "severity"), SeverityText: w("text"), Service: w("service"), EventName: w("event"), Body: w("body"),
		ScopeName: w("scope"), ScopeVersion: w("version"), ScopeSchema: w("schema"), ScopeAttrs: w("attrs"),
		ResourceSchema: w("schema"), Resource: w("resource"), Attributes: w("attributes"),
		Ingested: day.Add(time.Duration(rapid.IntRange(0, 86_399_999).Draw(t, "ingested")) * time.Millisecond), Hash: rapid.Uint64().Draw(t, "hash"),
	}
})

var kinds = rapid.SampledFrom([]lineage.EventKind{lineage.BusinessEvent, lineage.SpanEvent, lineage.LogEvent, lineage.DecisionEvent})

var events = rapid.Custom(func(t *rapid.T) lineage.Event {
	w := func(name string) string { return words.Draw(t, name) }
	e := lineage.Event{
		Tenant: "default", Source: w("source"), ID: w("id"), Kind: kinds.Draw(t, "kind"), Type: w("type"),
		Time: moments.Draw(t, "time"), Recorded: moments.Draw(t, "recorded"), Ingested: moments.Draw(t, "ingested"),
		Stage: w("stage"), Outcome: lineage.Outcome(w("outcome")), Attempt: rapid.Int().Draw(t, "attempt"), Reason: w("reason"),
		Answer: rapid.Int().Draw(t, "answer"), Amount: amounts.Draw(t, "amount"),
		Correlation: w("correlation"), Causation: w("causation"), TraceID: traceIDs.Draw(t, "trace"), SpanID: spanIDs.Draw(t, "span"),
		Contract: w("contract"), Payload: w("payload"), Envelope: envelope(w("envelope")), Hash: rapid.Uint64().Draw(t, "hash"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "refs") {
		e.Refs = append(e.Refs, lineage.Ref{Object: objects.Draw(t, "ref"), Role: lineage.Role(w("role")), Amount: amounts.Draw(t, "of ref")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "relations") {
		e.Relations = append(e.Relations, lineage.Relation{From: objects.Draw(t, "from"), To: objects.Draw(t, "to"), Qualifier: w("qualifier"), Amount: amounts.Draw(t, "of relation")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "links") {
		if trace := traceIDs.Draw(t, "link"); !trace.IsZero() {
			e.Links = append(e.Links, trace)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "equalities") {
		e.Equalities = append(e.Equalities, lineage.Equality{A: objects.Draw(t, "a"), B: objects.Draw(t, "b"), Priority: rapid.Int().Draw(t, "priority")})
	}
	return e
})

var identifiers = rapid.Custom(func(t *rapid.T) lineage.Identifier {
	return lineage.Identifier{
		Tenant: "default", Object: objects.Draw(t, "object"), Kind: kinds.Draw(t, "kind"), TraceID: traceIDs.Draw(t, "trace"),
		Source: words.Draw(t, "source"), EventID: words.Draw(t, "event"), Time: moments.Draw(t, "time"),
	}
})

var quarantined = rapid.Custom(func(t *rapid.T) lineage.Quarantined {
	q := lineage.Quarantined{
		Tenant: "default", ID: rapid.StringMatching("[a-z]{12}").Draw(t, "id"),
		Signal: rapid.SampledFrom([]lineage.Signal{0, lineage.Traces, lineage.Logs, lineage.Events}).Draw(t, "signal"),
		Source: words.Draw(t, "source"), EventID: words.Draw(t, "event"), Type: words.Draw(t, "type"), Reason: words.Draw(t, "reason"),
		Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"), Ingested: moments.Draw(t, "ingested"),
	}
	q.Size = len(q.Payload)
	return q
})

// many draws some values.
func many[T any](t *rapid.T, of *rapid.Generator[T], name string) []T {
	return rapid.SliceOfN(of, 1, 20).Draw(t, name)
}

// event is a plain event of an order.
func event(n int) lineage.Event {
	order := lineage.Object{Type: "order", System: "erp", ID: fmt.Sprintf("SO-%d", n)}
	return lineage.Event{
		Tenant: "default", Source: "erp", ID: fmt.Sprintf("e%d", n), Type: "order.created", Time: at(time.Duration(n) * time.Second),
		Ingested: at(time.Duration(n+1) * time.Second), Refs: []lineage.Ref{{Object: order, Role: lineage.Subject}},
		Payload: fmt.Sprintf(`{"order":"SO-%d"}`, n), Hash: uint64(n), Answer: 201, Amount: lineage.Money{Minor: int64(n) + 1, Currency: "EUR"},
	}
}

// block is a block with n rows for every table.
func block(writer string, id uint64, n int) *lineage.Block {
	b := &lineage.Block{Writer: writer, ID: id, Day: day}
	for i := range n {
		k := int(id)*1_000_000 + i
		var trace lineage.TraceID
		copy(trace[:], fmt.Sprintf("%016d", k))
		var span lineage.SpanID
		copy(span[:], fmt.Sprintf("%08d", k))
		b.Spans = append(b.Spans, lineage.Span{
			Tenant: "default", TraceID: trace, SpanID: span, Name: "pay", Kind: "Server", Service: "shop",
			Start: at(time.Duration(i) * time.Millisecond), Duration: time.Millisecond, Status: "Ok", Resource: "{}", Attributes: "{}", Ingested: at(time.Hour), Hash: uint64(k),
		})
		b.Logs = append(b.Logs, lineage.Log{Tenant: "default", TraceID: trace, SpanID: span, Time: at(time.Duration(i) * time.Millisecond), Service: "shop", Body: "paid", Ingested: at(time.Hour)})
		b.Events = append(b.Events, event(k))
		b.Identifiers = append(b.Identifiers, lineage.Identifier{Tenant: "default", Object: lineage.Object{Type: "order", ID: "SO"}, TraceID: trace, Time: at(time.Duration(i) * time.Second)})
		b.Quarantine = append(b.Quarantine, lineage.Quarantined{Tenant: "default", ID: fmt.Sprintf("q%d", k), Signal: lineage.Events, Reason: "no id", Payload: []byte("{"), Ingested: at(time.Duration(i) * time.Second)})
	}
	return b
}

// envelope is none, or an object in JSON, as every event's is.
func envelope(said string) string {
	if said == "" {
		return ""
	}
	raw, err := json.Marshal(map[string]string{"said": said})
	if err != nil {
		panic(err)
	}
	return string(raw)
}
