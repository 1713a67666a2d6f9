-- Goes on from the FROM of events.sql: the events of a flow's executions, each once,
-- and the companions of those of their sources that begin with a prefix: these are
-- named like one of them with a suffix and tell of what it is about. Of several contents under one identity
-- the greatest holds, as in lineage. The set of ids is kept as hashes of 16 bytes,
-- and the sort goes to disk when it is large.
WHERE tenant = {tenant:String}
  AND (
      (source, id) IN (
          SELECT event_source, event_id
          FROM executions FINAL
          ARRAY JOIN event_sources AS event_source, event_ids AS event_id
          WHERE tenant = {tenant:String} AND flow = {flow:String}
      )
      OR {suffix:String} != '' AND source IN (
          SELECT concat(event_source, {suffix:String})
          FROM executions FINAL
          ARRAY JOIN arrayDistinct(event_sources) AS event_source
          WHERE tenant = {tenant:String} AND flow = {flow:String} AND startsWith(event_source, {prefix:String})
      )
  )
ORDER BY source, id, recorded DESC, hash DESC
LIMIT 1 BY source, id
SETTINGS use_index_for_in_with_subqueries = 0, max_bytes_before_external_sort = 268435456
