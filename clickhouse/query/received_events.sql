-- Goes on from the FROM of events.sql: the CloudEvents that came in since a moment, in the
-- order of the journals, and whatever was ever decided. What was read from spans and log
-- records is read from these again.
WHERE tenant = {tenant:String}
  AND (kind = 'decision' OR kind = 'event'
      AND day >= toDate(fromUnixTimestamp64Nano({since:Int64}, 'UTC'))
      AND ingested >= fromUnixTimestamp64Nano({since:Int64}))
ORDER BY tenant, writer, block, row
