-- Goes on from the FROM of events.sql: the events that a start cannot leave in the store.
-- These are decisions; those of a writer past a block; and whatever came under the identity
-- of one that names a cause or links to other traces, or under an id that is named as a
-- cause. What is none is left out before the rest of its granule is read. The sets are kept
-- as hashes of eight bytes: two of one hash do no harm. A set that is empty is known before
-- the query runs: then all ids are not read for nothing. What is found is sorted, on disk if
-- it is much: to read the parts side by side in order takes four megabytes for each.
PREWHERE tenant = {tenant:String}
  AND (
      kind = 'decision'
      OR writer = {writer:String} AND block > {block:UInt64}
      OR (SELECT count() FROM business_events WHERE tenant = {tenant:String} AND causation != '') > 0
      AND sipHash64(id) IN (
          SELECT sipHash64(causation)
          FROM business_events
          WHERE tenant = {tenant:String} AND causation != ''
      )
      OR (SELECT count() FROM business_events WHERE tenant = {tenant:String} AND (causation != '' OR notEmpty(links))) > 0
      AND sipHash64(source, id) IN (
          SELECT sipHash64(source, id)
          FROM business_events
          WHERE tenant = {tenant:String} AND (causation != '' OR notEmpty(links))
      )
  )
ORDER BY tenant, writer, block, row
SETTINGS use_index_for_in_with_subqueries = 0, optimize_read_in_order = 0, max_bytes_before_external_sort = 268435456
