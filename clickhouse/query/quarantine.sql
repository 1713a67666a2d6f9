-- What could not be used, newest first, without what a catalogue of later days has taken. The page is picked by its keys alone:
-- payloads may be tens of megabytes, and only the page's are read. Of these only
-- the beginnings may wait to be sorted, so they are cut before it, no part is kept
-- open to be merged in order, and few are read at once.
SELECT
    -toUnixTimestamp64Nano(ingested) AS age, writer, block, row,
    tenant, id, signal, source, event_id, type, reason,
    substring(payload, 1, {payload:UInt32}) AS beginning, length(payload) AS size,
    toUnixTimestamp64Nano(ingested) AS ingested_at
FROM quarantine
WHERE tenant = {tenant:String}
  AND (writer, block, row) IN (
    SELECT writer, block, row
    FROM quarantine
    WHERE tenant = {tenant:String}
      AND (signal != 'events' OR writer = {besides:String} OR (source, event_id) NOT IN (
          SELECT source, id FROM business_events WHERE tenant = {tenant:String} AND startsWith(writer, {released:String})))
      AND (-toUnixTimestamp64Nano(ingested), writer, block, row)
        > ({after_key:Int64}, {after_writer:String}, {after_block:UInt64}, {after_row:UInt32})
    ORDER BY -toUnixTimestamp64Nano(ingested), writer, block, row
    LIMIT 1 BY id
    LIMIT {limit:UInt32})
ORDER BY age, writer, block, row
SETTINGS query_plan_execute_functions_after_sorting = 0, optimize_read_in_order = 0, max_threads = 2
