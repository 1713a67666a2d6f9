-- The CloudEvents that came in since a moment and were refused one by one, with their
-- bytes: a contract of another day may read them. What was set aside without a block
-- lost against another of its identity, and no contract changes that.
SELECT
    -toUnixTimestamp64Nano(ingested) AS age, writer, block, row,
    tenant, id, signal, source, event_id, type, reason,
    payload, length(payload) AS size, toUnixTimestamp64Nano(ingested) AS ingested_at
FROM quarantine
WHERE tenant = {tenant:String}
  AND ingested >= fromUnixTimestamp64Nano({since:Int64})
  AND signal = 'events' AND event_id != '' AND writer != {besides:String}
ORDER BY tenant, ingested, id
LIMIT 1 BY id
