-- Where an id was seen, newest first.
SELECT
    -toUnixTimestamp64Nano(time) AS age, writer, block, row,
    tenant, type, system, scope, id, kind, trace_id, source, event_id, toUnixTimestamp64Nano(time)
FROM identifiers
WHERE tenant = {tenant:String}
  AND id = {id:String}
  AND (-toUnixTimestamp64Nano(time), writer, block, row)
    > ({after_key:Int64}, {after_writer:String}, {after_block:UInt64}, {after_row:UInt32})
ORDER BY age, writer, block, row
LIMIT {limit:UInt32}
