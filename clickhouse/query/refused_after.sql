-- The CloudEvents behind one, by when they came in, that were refused one by one before a
-- moment; see received_quarantine.sql. What was taken by an earlier re-mapping is an event
-- since then, and comes with these.
SELECT
    -toUnixTimestamp64Nano(ingested) AS age, writer, block, row,
    tenant, id, signal, source, event_id, type, reason,
    payload, length(payload) AS size, toUnixTimestamp64Nano(ingested) AS ingested_at
FROM quarantine
WHERE tenant = {tenant:String}
  AND (ingested > fromUnixTimestamp64Nano({since:Int64}) OR ingested = fromUnixTimestamp64Nano({since:Int64}) AND id > {id:String})
  AND ingested < fromUnixTimestamp64Nano({before:Int64})
  AND (id, ingested) IN (SELECT id, min(ingested) FROM quarantine WHERE tenant = {tenant:String} GROUP BY id)
  AND (source, event_id) NOT IN (
      SELECT source, id FROM business_events WHERE tenant = {tenant:String} AND startsWith(writer, {released:String}) AND writer != {own:String}
  )
  AND signal = 'events' AND event_id != '' AND writer != {besides:String}
ORDER BY tenant, ingested, id
LIMIT 1 BY ingested, id
LIMIT {limit:UInt32}
