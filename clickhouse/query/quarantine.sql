-- What could not be used, newest first.
SELECT
    -toUnixTimestamp64Nano(ingested) AS age, writer, block, row,
    tenant, id, signal, source, event_id, type, reason, payload, toUnixTimestamp64Nano(ingested)
FROM quarantine
WHERE tenant = {tenant:String}
  AND (-toUnixTimestamp64Nano(ingested), writer, block, row)
    > ({after_key:Int64}, {after_writer:String}, {after_block:UInt64}, {after_row:UInt32})
ORDER BY age, writer, block, row
LIMIT 1 BY id
LIMIT {limit:UInt32}
