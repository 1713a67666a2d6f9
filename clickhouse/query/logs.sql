-- The log records of some traces, by time. The index on the trace finds them.
SELECT
    toUnixTimestamp64Nano(time), writer, block, row,
    tenant, toUnixTimestamp64Nano(time), trace_id, span_id, flags, severity, severity_text,
    service, event_name, body, scope_name, scope_version, scope_schema, scope_attrs,
    resource_schema, resource, attributes, toUnixTimestamp64Milli(ingested), hash
FROM logs
WHERE tenant = {tenant:String}
  AND if(empty(trace_id), '', lower(hex(trace_id))) IN {traces:Array(String)}
  AND (toUnixTimestamp64Nano(time), writer, block, row)
    > ({after_key:Int64}, {after_writer:String}, {after_block:UInt64}, {after_row:UInt32})
ORDER BY time, writer, block, row
LIMIT {limit:UInt32}
