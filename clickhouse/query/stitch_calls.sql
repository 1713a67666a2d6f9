-- Where the calls of every service go that began within a window, and which services
-- go on in their traces: by caller and target, how many calls there are, and how many
-- have a server or consumer span of another service below them, or a consumer's link to
-- them, that began within the hour after the window; with the trace of one that has not.
-- One trace in so many is looked at.
SELECT
    caller, messaging, target, count() AS calls,
    countIf(notEmpty(callees)), tupleElement(sumMap(callees, arrayMap(callee -> toUInt64(1), callees)) AS continued, 1), tupleElement(continued, 2),
    anyIf(trace, empty(callees))
FROM
(
    SELECT
        service AS caller, kind = 'Producer' AS messaging,
        JSONExtract(attributes, 'Tuple(`messaging.destination.name` String, `peer.service` String, `server.address` String, `server.port` String,
            `net.peer.name` String, `net.peer.port` String, `url.full` String)') AS told,
        multiIf(
            messaging, tupleElement(told, 1),
            tupleElement(told, 2) != '', tupleElement(told, 2),
            tupleElement(told, 3) != '', tupleElement(told, 3) || if(tupleElement(told, 4) = '' OR position(tupleElement(told, 3), ':') > 0, '', ':' || tupleElement(told, 4)),
            tupleElement(told, 5) != '', tupleElement(told, 5) || if(tupleElement(told, 6) = '', '', ':' || tupleElement(told, 6)),
            extract(tupleElement(told, 7), '^[a-z]+://(?:[^/@]*@)?([^/?#]+)')) AS target,
        arrayFilter(callee -> callee != caller, below.callees) AS callees,
        lower(hex(call.trace_id)) AS trace
    FROM
    (
        SELECT service, kind, attributes, trace_id, span_id
        FROM spans
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND toStartOfHour(start, 'UTC') <= toStartOfHour(fromUnixTimestamp64Nano({to:Int64}), 'UTC')
          AND start >= fromUnixTimestamp64Nano({from:Int64}) AND start < fromUnixTimestamp64Nano({to:Int64})
          AND ingested < fromUnixTimestamp64Nano({settled:Int64})
          AND kind IN ('Client', 'Producer')
          AND cityHash64(trace_id) % {every:UInt64} = 0
    ) AS call
    LEFT JOIN
    (
        SELECT trace, parent, groupUniqArray(CAST(service, 'String')) AS callees
        FROM
        (
            SELECT trace_id AS trace, parent_id AS parent, service
            FROM spans
            WHERE tenant = {tenant:String}
              AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
              AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
              AND toStartOfHour(start, 'UTC') <= toStartOfHour(fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 HOUR, 'UTC')
              AND start < fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 HOUR
              AND kind IN ('Server', 'Consumer') AND NOT empty(parent_id)
              AND cityHash64(trace_id) % {every:UInt64} = 0
            UNION ALL
            SELECT toFixedString(unhex(JSONExtractString(link, 'trace')), 16) AS trace, toFixedString(unhex(JSONExtractString(link, 'span')), 8), service
            FROM
            (
                SELECT service, arrayJoin(JSONExtractArrayRaw(links)) AS link
                FROM spans
                WHERE tenant = {tenant:String}
                  AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
                  AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
                  AND toStartOfHour(start, 'UTC') <= toStartOfHour(fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 HOUR, 'UTC')
                  AND start < fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 HOUR
                  AND kind = 'Consumer' AND links != ''
            )
            WHERE length(JSONExtractString(link, 'trace')) = 32 AND length(JSONExtractString(link, 'span')) = 16
              AND cityHash64(trace) % {every:UInt64} = 0
        )
        GROUP BY trace, parent
    ) AS below ON call.trace_id = below.trace AND call.span_id = below.parent
)
WHERE target != ''
GROUP BY caller, messaging, target
ORDER BY calls DESC, caller, messaging, target
LIMIT {limit:UInt32}
