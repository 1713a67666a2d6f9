-- What kinds of CloudEvents came in within a window, the most frequent first, with
-- how many kinds there are in all. A block's rows are in the partition of the day on
-- which it was cut, which is never before they came in.
SELECT
    source, type, contract, count(),
    toUnixTimestamp64Nano(min(ingested)), toUnixTimestamp64Nano(max(ingested)),
    count() OVER () AS kinds
FROM business_events
WHERE tenant = {tenant:String}
  AND kind = 'event'
  AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}, 'UTC'))
  AND ingested >= fromUnixTimestamp64Nano({from:Int64})
  AND ingested < fromUnixTimestamp64Nano({to:Int64})
GROUP BY source, type, contract
ORDER BY count() DESC, source, type, contract
LIMIT {limit:UInt32}
