-- The log records that came in since a moment and may say something of business; see
-- received_spans.sql.
SELECT
    toUnixTimestamp64Nano(time), writer, block, row,
    tenant, toUnixTimestamp64Nano(time), trace_id, span_id, flags, severity, severity_text,
    service, event_name, body, scope_name, scope_version, scope_schema, scope_attrs,
    resource_schema, resource, attributes, toUnixTimestamp64Milli(ingested), hash
FROM logs
WHERE tenant = {tenant:String}
  AND day >= toDate(fromUnixTimestamp64Nano({since:Int64}, 'UTC'))
  AND toUnixTimestamp64Nano(toDateTime64(ingested, 9)) >= {since:Int64}
  AND ({all:UInt8} OR multiSearchAny(attributes, {keys:Array(String)}) OR multiSearchAny(resource, {keys:Array(String)}))
