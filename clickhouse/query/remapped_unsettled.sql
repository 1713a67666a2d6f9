-- Goes on from the FROM of remapped.sql: the mappings of what unsettled.sql finds, which
-- takes the place of the last name in braces. It is looked for only where there are any.
WHERE tenant = {tenant:String}
  AND (SELECT count() FROM remapped_events WHERE tenant = {tenant:String}) > 0
  AND sipHash64(writer, block, row) IN (
      SELECT sipHash64(writer, block, row)
      FROM business_events
      {unsettled}
  )
ORDER BY tenant, writer, block, row, generation DESC
LIMIT 1 BY tenant, writer, block, row
