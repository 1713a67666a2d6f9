-- Goes on from the SELECT of spans.sql: the spans behind one, in the order of the table's
-- key, in which one of some keys stands.
FROM spans
WHERE tenant = {tenant:String}
  AND toStartOfHour(start, 'UTC') >= toDateTime({bucket:Int64}, 'UTC')
  AND (toStartOfHour(start, 'UTC') > toDateTime({bucket:Int64}, 'UTC')
      OR (lower(hex(trace_id)), writer, block, row) > ({key:String}, {writer:String}, {block:UInt64}, {row:UInt32}))
  AND ({all:UInt8} OR multiSearchAny(attributes, {keys:Array(String)}) OR multiSearchAny(resource, {keys:Array(String)}))
ORDER BY tenant, toStartOfHour(start, 'UTC'), lower(hex(trace_id)), writer, block, row
LIMIT {limit:UInt32}
