-- The spans that came in since a moment and may say something of business: one of the
-- keys stands in their attributes, or in their resource's.
SELECT
    toUnixTimestamp64Nano(start), writer, block, row,
    tenant, trace_id, span_id, parent_id, trace_state, flags, name, kind,
    service, toUnixTimestamp64Nano(start), duration, status, status_message, scope_name, scope_version,
    resource, attributes, events, links, toUnixTimestamp64Milli(ingested), hash
FROM spans
WHERE tenant = {tenant:String}
  AND day >= toDate(fromUnixTimestamp64Nano({since:Int64}, 'UTC'))
  AND toUnixTimestamp64Nano(toDateTime64(ingested, 9)) >= {since:Int64}
  AND ({all:UInt8} OR multiSearchAny(attributes, {keys:Array(String)}) OR multiSearchAny(resource, {keys:Array(String)}))
