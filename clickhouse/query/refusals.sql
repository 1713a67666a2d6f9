-- What was quarantined on some days and has an id in its payload or its reason as a
-- word of its own, the latest first. Payloads may be tens of megabytes: only what the
-- id stands in may wait to be sorted, and few are read at once.
SELECT
    tenant, id, signal, source, event_id, type, reason,
    extract(payload, {around:String}) AS excerpt, length(payload),
    toUnixTimestamp64Nano(ingested) AS arrived
FROM quarantine
WHERE tenant = {tenant:String}
  AND day >= {from:Date} AND day <= {to:Date}
  AND (event_id IN {ids:Array(String)}
    OR multiSearchAnyCaseInsensitive(reason, {ids:Array(String)}) AND match(reason, {around:String})
    OR multiSearchAnyCaseInsensitive(payload, {ids:Array(String)}) AND match(payload, {around:String}))
ORDER BY arrived DESC, id
LIMIT 1 BY id
LIMIT {limit:UInt32}
SETTINGS query_plan_execute_functions_after_sorting = 0, optimize_read_in_order = 0, max_threads = 2
