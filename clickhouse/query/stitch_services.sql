-- The spans of every service that began within a window: how many lie in a trace that
-- names an object or a correlation id, how many name one themselves, how many begin a
-- trace, and how many have a parent that never came; with an example of what is amiss. A
-- parent begins before its children, here at most an hour before the window, and is
-- exported when it ends, after them: only children that came in long enough ago are
-- judged. What names a trace may come in later, here by the end of the next day. One trace
-- in so many is looked at.
WITH
    sample AS
    (
        SELECT service, trace_id, span_id, parent_id, start, ingested
        FROM spans
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
          AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
          AND toStartOfHour(start, 'UTC') <= toStartOfHour(fromUnixTimestamp64Nano({to:Int64}), 'UTC')
          AND start >= fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR AND start < fromUnixTimestamp64Nano({to:Int64})
          AND cityHash64(trace_id) % {every:UInt64} = 0
    ),
    named_traces AS
    (
        SELECT trace_id
        FROM identifiers
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
          AND day <= toDate(fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 DAY, 'UTC')
          AND NOT has({context:Array(String)}, type)
          AND cityHash64(trace_id) % {every:UInt64} = 0
    ),
    naming_spans AS
    (
        SELECT trace_id, span_id
        FROM business_events
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}) - INTERVAL 1 HOUR, 'UTC')
          AND day <= toDate(fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 DAY, 'UTC')
          AND kind = 'span'
          AND (correlation != '' OR arrayExists(t -> NOT has({context:Array(String)}, t), ref_types))
          AND cityHash64(trace_id) % {every:UInt64} = 0
    )
SELECT
    service, count() AS spans, countIf(named), countIf(naming), countIf(empty(parent_id)), countIf(child), countIf(orphan),
    anyIf(lower(hex(trace_id)), NOT named), anyIf(lower(hex(trace_id)), orphan)
FROM
(
    SELECT
        service, trace_id, parent_id,
        trace_id IN (SELECT trace_id FROM named_traces) AS named,
        (trace_id, span_id) IN (SELECT trace_id, span_id FROM naming_spans) AS naming,
        NOT empty(parent_id) AND ingested < fromUnixTimestamp64Nano({settled:Int64}) AS child,
        child AND (trace_id, parent_id) NOT IN (SELECT trace_id, span_id FROM sample) AS orphan
    FROM sample
    WHERE start >= fromUnixTimestamp64Nano({from:Int64})
)
GROUP BY service
ORDER BY spans DESC, service
LIMIT {limit:UInt32}
