-- How many rows refused_after.sql would find.
SELECT uniqExact(ingested, id)
FROM quarantine
WHERE tenant = {tenant:String}
  AND (ingested > fromUnixTimestamp64Nano({since:Int64}) OR ingested = fromUnixTimestamp64Nano({since:Int64}) AND id > {id:String})
  AND ingested < fromUnixTimestamp64Nano({before:Int64})
  AND (id, ingested) IN (SELECT id, min(ingested) FROM quarantine WHERE tenant = {tenant:String} GROUP BY id)
  AND (source, event_id) NOT IN (
      SELECT source, id FROM business_events WHERE tenant = {tenant:String} AND startsWith(writer, {released:String}) AND writer != {own:String}
  )
  AND signal = 'events' AND event_id != '' AND writer != {besides:String}
