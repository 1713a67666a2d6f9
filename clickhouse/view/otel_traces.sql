CREATE OR REPLACE VIEW `{{.Views}}`.otel_traces AS
WITH
    JSONExtract(events, 'Array(Tuple(t UInt64, name LowCardinality(String), attrs Map(LowCardinality(String), String)))') AS happened,
    JSONExtract(links, 'Array(Tuple(trace String, span String, state String, attrs Map(LowCardinality(String), String)))') AS linked
SELECT
    start AS Timestamp,
    lower(hex(trace_id)) AS TraceId,
    lower(hex(span_id)) AS SpanId,
    if(empty(parent_id), '', lower(hex(parent_id))) AS ParentSpanId,
    trace_state AS TraceState,
    name AS SpanName,
    kind AS SpanKind,
    service AS ServiceName,
    CAST(JSONExtractKeysAndValues(resource, 'String'), 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    CAST(scope_name, 'String') AS ScopeName,
    CAST(scope_version, 'String') AS ScopeVersion,
    CAST(JSONExtractKeysAndValues(attributes, 'String'), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    duration AS Duration,
    status AS StatusCode,
    status_message AS StatusMessage,
    arrayMap(e -> fromUnixTimestamp64Nano(toInt64(e.t)), happened) AS `Events.Timestamp`,
    happened.name AS `Events.Name`,
    happened.attrs AS `Events.Attributes`,
    linked.trace AS `Links.TraceId`,
    linked.span AS `Links.SpanId`,
    linked.state AS `Links.TraceState`,
    linked.attrs AS `Links.Attributes`
FROM `{{.Store}}`.spans
WHERE tenant = '{{.Tenant}}'
