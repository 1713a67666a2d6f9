-- How many spans began and how many events came in within a window: what the samples are
-- cut from.
SELECT
    (SELECT count() FROM spans
     WHERE tenant = {tenant:String}
       AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
       AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
       AND start >= fromUnixTimestamp64Nano({from:Int64})
       AND start < fromUnixTimestamp64Nano({to:Int64})),
    (SELECT count() FROM business_events
     WHERE tenant = {tenant:String}
       AND kind != 'decision'
       AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
       AND ingested >= fromUnixTimestamp64Nano({from:Int64})
       AND ingested < fromUnixTimestamp64Nano({to:Int64}))
