-- Business events in whose payload an id stands as a word of its own, the latest first,
-- of those that arrived on some days. The ids are its spellings and find most rows that
-- cannot match without the pattern. Only what the id stands in may wait to be sorted.
WITH indexOf(ref_roles, 'subject') AS subject
SELECT
    kind, source, id, type, toUnixTimestamp64Nano(time) AS happened, toUnixTimestamp64Nano(ingested), contract,
    ref_types[subject], ref_systems[subject], ref_scopes[subject], ref_ids[subject],
    hasAny(ref_ids, {ids:Array(String)}),
    extract(payload, {around:String}) AS excerpt
FROM business_events
WHERE tenant = {tenant:String}
  AND kind != 'decision'
  AND day >= {from:Date} AND day <= {to:Date}
  AND multiSearchAnyCaseInsensitive(payload, {ids:Array(String)})
  AND match(payload, {around:String})
ORDER BY happened DESC, source, id
LIMIT {limit:UInt32}
SETTINGS query_plan_execute_functions_after_sorting = 0, max_threads = 2
