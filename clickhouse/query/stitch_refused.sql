-- Attributes of spans that began within a window which should be an id and are a value
-- that stands for none, by service and attribute, and events that were set aside since
-- their id could not be used, by source. One trace in so many is looked at.
SELECT 'span' AS kind, service AS source, key, count() AS told, countIf(refused) AS useless, anyIf(value, refused)
FROM
(
    SELECT service, tupleElement(pair, 1) AS key, tupleElement(pair, 2) AS value, has({refused:Array(String)}, lower(trim(BOTH ' ' FROM value))) AS refused
    FROM
    (
        SELECT service, arrayJoin(arrayFilter(p -> has({keys:Array(String)}, tupleElement(p, 1)), JSONExtractKeysAndValues(attributes, 'String'))) AS pair
        FROM spans
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND toStartOfHour(start, 'UTC') >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND start >= fromUnixTimestamp64Nano({from:Int64}) AND start < fromUnixTimestamp64Nano({to:Int64})
          AND cityHash64(trace_id) % {every:UInt64} = 0
    )
)
GROUP BY source, key
HAVING useless > 0
ORDER BY useless DESC, source, key
LIMIT {limit:UInt32}
UNION ALL
SELECT 'event', source, type, toUInt64(0), count() AS useless, any(event_id)
FROM quarantine
WHERE tenant = {tenant:String}
  AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
  AND ingested >= fromUnixTimestamp64Nano({from:Int64})
  AND ingested < fromUnixTimestamp64Nano({to:Int64})
  AND reason LIKE '%has no id that can be used%'
GROUP BY source, type
ORDER BY useless DESC, source, type
LIMIT {limit:UInt32}
