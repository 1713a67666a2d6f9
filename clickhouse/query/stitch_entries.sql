-- How requests and messages that began within a window enter every service: of its
-- server and consumer spans, how many begin a trace and link to none. The target is the
-- destination, or the address that the service was reached under. One trace in so many
-- is looked at.
SELECT service, messaging, target, count() AS entries, countIf(root)
FROM
(
    SELECT
        service, kind = 'Consumer' AS messaging,
        JSONExtract(attributes, 'Tuple(`messaging.destination.name` String, `server.address` String, `server.port` String, `net.host.name` String, `net.host.port` String)') AS told,
        multiIf(
            messaging, tupleElement(told, 1),
            tupleElement(told, 2) != '', tupleElement(told, 2) || if(tupleElement(told, 3) = '' OR position(tupleElement(told, 2), ':') > 0, '', ':' || tupleElement(told, 3)),
            tupleElement(told, 4) || if(tupleElement(told, 5) = '', '', ':' || tupleElement(told, 5))) AS target,
        empty(parent_id) AND links IN ('', '[]') AS root
    FROM spans
    WHERE tenant = {tenant:String}
      AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
      AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
      AND start >= fromUnixTimestamp64Nano({from:Int64}) AND start < fromUnixTimestamp64Nano({to:Int64})
      AND ingested < fromUnixTimestamp64Nano({settled:Int64})
      AND kind IN ('Server', 'Consumer')
      AND cityHash64(trace_id) % {every:UInt64} = 0
)
GROUP BY service, messaging, target
ORDER BY entries DESC, service, messaging, target
LIMIT {limit:UInt32}
