-- When the latest event of each of some sources came in.
SELECT source, toUnixTimestamp64Nano(max(ingested))
FROM business_events
WHERE tenant = {tenant:String} AND source IN {sources:Array(String)}
GROUP BY source
