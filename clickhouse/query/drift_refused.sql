-- How many events were quarantined within a window, by source and type, with the
-- reason of the latest. What came again is counted once.
SELECT source, type, uniqExact(id), argMax(reason, ingested), toUnixTimestamp64Nano(max(ingested))
FROM quarantine
WHERE tenant = {tenant:String}
  AND signal = 'events'
  AND ingested >= fromUnixTimestamp64Nano({from:Int64})
  AND ingested < fromUnixTimestamp64Nano({to:Int64})
GROUP BY source, type
ORDER BY uniqExact(id) DESC, source, type
LIMIT {limit:UInt32}
