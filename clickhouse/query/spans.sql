-- The spans of some traces, by start. The table traces says in which hours to look.
SELECT
    toUnixTimestamp64Nano(start), writer, block, row,
    tenant, trace_id, span_id, parent_id, trace_state, flags, name, kind,
    service, toUnixTimestamp64Nano(start), duration, status, status_message, scope_name, scope_version,
    resource, attributes, events, links, toUnixTimestamp64Milli(ingested), hash
FROM spans
WHERE tenant = {tenant:String}
  AND (toStartOfHour(start, 'UTC'), lower(hex(trace_id))) IN (
      SELECT toStartOfHour(first, 'UTC'), lower(hex(trace_id))
      FROM traces
      WHERE tenant = {tenant:String} AND lower(hex(trace_id)) IN {traces:Array(String)}
  )
  AND (toUnixTimestamp64Nano(start), writer, block, row)
    > ({after_key:Int64}, {after_writer:String}, {after_block:UInt64}, {after_row:UInt32})
ORDER BY start, writer, block, row
LIMIT {limit:UInt32}
