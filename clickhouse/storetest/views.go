package storetest

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

const attributeMap = "Map(LowCardinality(String), String)"

// exporter are the columns of the OpenTelemetry ClickHouse exporter, v0.161.
var exporter = map[string]string{
	"otel_traces": `Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
		SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String), ResourceAttributes MAP,
		ScopeName String, ScopeVersion String, SpanAttributes MAP, Duration UInt64, StatusCode LowCardinality(String), StatusMessage String,
		Events.Timestamp Array(DateTime64(9)), Events.Name Array(LowCardinality(String)), Events.Attributes Array(MAP),
		Links.TraceId Array(String), Links.SpanId Array(String), Links.TraceState Array(String), Links.Attributes Array(MAP)`,
	"otel_traces_trace_id_ts": `TraceId String, Start DateTime, End DateTime`,
	"otel_logs": `Timestamp DateTime64(9), TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String), SeverityNumber UInt8,
		ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String), ResourceAttributes MAP,
		ScopeSchemaUrl LowCardinality(String), ScopeName String, ScopeVersion LowCardinality(String), ScopeAttributes MAP, LogAttributes MAP, EventName String,
		__otel_materialized_k8s.cluster.name LowCardinality(String), __otel_materialized_k8s.container.name LowCardinality(String),
		__otel_materialized_k8s.deployment.name LowCardinality(String), __otel_materialized_k8s.namespace.name LowCardinality(String),
		__otel_materialized_k8s.node.name LowCardinality(String), __otel_materialized_k8s.pod.name LowCardinality(String),
		__otel_materialized_k8s.pod.uid LowCardinality(String), __otel_materialized_deployment.environment.name LowCardinality(String)`,
}

func viewColumns(t *testing.T, f *Fixture) {
	for view, columns := range exporter {
		var got string
		f.scan(t, "SELECT arrayStringConcat(groupArray(concat(name, ' ', type)), ', ') FROM (SELECT name, type FROM system.columns WHERE database = '"+
			f.Config.Views+"default' AND table = '"+view+"' ORDER BY position)", &got)
		equal(t, view, got, strings.ReplaceAll(strings.Join(strings.Fields(columns), " "), "MAP", attributeMap))
	}
}

// sampleTrace is a trace of two spans and a log record, with all there can be.
func sampleTrace(tenant string) *lineage.Block {
	trace := lineage.TraceID{0xab, 15: 1}
	link := hex.EncodeToString(trace[:])
	b := &lineage.Block{Writer: "w", ID: 1, Day: day}
	b.Spans = []lineage.Span{
		{
			Tenant: tenant, TraceID: trace, SpanID: lineage.SpanID{1}, State: "a=b", Name: "POST /orders", Kind: "Server", Service: "shop",
			Start: at(10*time.Hour + 1), Duration: 2 * time.Second, Status: "Error", StatusMessage: "no", ScopeName: "net/http", ScopeVersion: "1",
			Resource: `{"service.name":"shop","k8s.pod.name":"p-1"}`, Attributes: `{"order.id":"SO-1","quote":"\"é\u0001"}`, Ingested: at(11 * time.Hour),
			Events: `[{"t":1795428000000000001,"name":"exception","attrs":{"exception.type":"Timeout"}},{"t":1795428000000000002,"name":"retry","attrs":{}}]`,
			Links:  `[{"trace":"` + link + `","span":"0102030405060708","state":"x=y","attrs":{"why":"batch"}}]`,
		},
		{
			Tenant: tenant, TraceID: trace, SpanID: lineage.SpanID{2}, Parent: lineage.SpanID{1}, Name: "db", Kind: "Client", Service: "shop",
			Start: at(10*time.Hour + 5), Duration: 1, Status: "Unset", Resource: "{}", Attributes: "{}", Ingested: at(11 * time.Hour),
		},
	}
	b.Logs = []lineage.Log{
		{
			Tenant: tenant, Time: at(10 * time.Hour), TraceID: trace, SpanID: lineage.SpanID{1}, Flags: 0x101, Severity: 17, SeverityText: "ERROR",
			Service: "shop", EventName: "order.failed", Body: "no stock", ScopeName: "log", Resource: `{"k8s.pod.name":"p-1"}`, Attributes: `{"order.id":"SO-1"}`, Ingested: at(11 * time.Hour),
		},
		{Tenant: tenant, Time: at(9 * time.Hour), Service: "shop", Body: "no trace", Ingested: at(11 * time.Hour)},
	}
	return b
}

// The questions that the exporter's documentation and Grafana's data source ask.
var viewQuestions = map[string]string{
	`SELECT concat(TraceId, '/', SpanId, '/', ParentSpanId, '/', toString(toUnixTimestamp64Nano(Timestamp))) FROM otel.otel_traces WHERE ParentSpanId != ''`:                     "ab000000000000000000000000000001/0200000000000000/0100000000000000/1795428000000000005",
	`SELECT toString((SpanAttributes['order.id'], SpanAttributes['quote'], ResourceAttributes['k8s.pod.name'])) FROM otel.otel_traces WHERE SpanAttributes['order.id'] = 'SO-1'`: `('SO-1','"é` + "\x01" + `','p-1')`,
	`SELECT toString(("Events.Name", "Events.Attributes", arrayMap(e -> toUnixTimestamp64Nano(e), "Events.Timestamp"))) FROM otel.otel_traces WHERE StatusCode = 'Error'`:        `(['exception','retry'],[{'exception.type':'Timeout'},{}],[1795428000000000001,1795428000000000002])`,
	`SELECT toString(("Links.TraceId", "Links.SpanId", "Links.TraceState", "Links.Attributes")) FROM otel.otel_traces WHERE SpanKind = 'Server'`:                                 `(['ab000000000000000000000000000001'],['0102030405060708'],['x=y'],[{'why':'batch'}])`,
	// The exporter's README: a trace by its id, by way of the look-up table.
	`WITH 'ab000000000000000000000000000001' AS trace_id,
		(SELECT min(Start) FROM otel.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS start,
		(SELECT max(End) + 1 FROM otel.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS end
	SELECT toString(groupArray(SpanName)) FROM (SELECT SpanName FROM otel.otel_traces WHERE TraceId = trace_id AND Timestamp >= start AND Timestamp <= end ORDER BY Timestamp)`: "['POST /orders','db']",
	`SELECT toString(groupArray((ServiceName, SpanName, c))) FROM (SELECT ServiceName, SpanName, count() AS c FROM otel.otel_traces
		WHERE Timestamp >= toDateTime('2026-11-23 09:00:00', 'UTC') AND Duration > 1000 GROUP BY ServiceName, SpanName)`: "[('shop','POST /orders',1)]",
	// Grafana's trace and trace list.
	`SELECT toString((traceID, spanID, parentSpanID, serviceName, operationName, startTime, duration, tags, statusCode)) FROM (
		WITH '{"x":1}' AS unused, 'ab000000000000000000000000000001' AS trace_id,
			(SELECT min(Start) FROM otel."otel_traces_trace_id_ts" WHERE TraceId = trace_id) AS trace_start,
			(SELECT max(End) + 1 FROM otel."otel_traces_trace_id_ts" WHERE TraceId = trace_id) AS trace_end
		SELECT "TraceId" AS traceID, "SpanId" AS spanID, "ParentSpanId" AS parentSpanID, "ServiceName" AS serviceName, "SpanName" AS operationName,
			multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) AS startTime, multiply("Duration", 0.000001) AS duration,
			arrayMap(key -> map('key', key, 'value', "SpanAttributes"[key]), mapKeys("SpanAttributes")) AS tags,
			if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) AS statusCode
		FROM otel."otel_traces" WHERE traceID = trace_id AND "Timestamp" >= trace_start AND "Timestamp" <= trace_end AND "ParentSpanId" = '' LIMIT 1000)`: `('ab000000000000000000000000000001','0100000000000000','','shop','POST /orders',1795428000000,2000,[{'key':'order.id','value':'SO-1'},{'key':'quote','value':'"é` + "\x01" + `'}],2)`,
	`SELECT toString((Body, SeverityText, SeverityNumber, TraceFlags, TraceId, SpanId, EventName, LogAttributes, "__otel_materialized_k8s.pod.name")) FROM otel.otel_logs WHERE TraceId = 'ab000000000000000000000000000001'`: `('no stock','ERROR',17,1,'ab000000000000000000000000000001','0100000000000000','order.failed',{'order.id':'SO-1'},'p-1')`,
	`SELECT toString((TraceId, SpanId, Body)) FROM otel.otel_logs WHERE TraceId = ''`: `('','','no trace')`,
	// The exporter's rule for logs: bound the bucket and the time, order by both.
	`SELECT toString(groupArray(Body)) FROM (SELECT Body FROM otel.otel_logs
		WHERE toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime('2026-11-23 08:58:00', 'UTC')) AND Timestamp >= toDateTime('2026-11-23 08:58:00', 'UTC')
		ORDER BY (toStartOfFiveMinutes(Timestamp), Timestamp) DESC LIMIT 10)`: "['no stock','no trace']",
}

func viewQueries(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), sampleTrace("default"), false))
	for question, want := range viewQuestions {
		var got string
		f.scan(t, question, &got)
		equal(t, question, got, want)
	}
}

func viewTenants(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), sampleTrace("other"), false))
	for view := range exporter {
		var mine, theirs uint64
		f.scan(t, "SELECT count() FROM otel."+view, &mine)
		must(t, f.Conn.QueryRow(t.Context(), "SELECT count() FROM `"+f.Config.Views+"other`."+view).Scan(&theirs))
		if mine != 0 || theirs == 0 {
			t.Errorf("%s: default sees %d rows, other %d", view, mine, theirs)
		}
	}
}
