-- The events of executions that are not finished, but for payload and envelope, in the
-- order of the table's key, so that they stream; as events.sql. The set has eight bytes of
-- an identity each; two of one hash do no harm.
SELECT
    writer, block, row, tenant, source, id, kind, type,
    toUnixTimestamp64Nano(time), toUnixTimestamp64Nano(recorded), toUnixTimestamp64Nano(ingested),
    stage, outcome, attempt, answer, amount_minor, amount_currency, reason, correlation, causation, trace_id, span_id, contract, '' AS payload, '' AS envelope, hash,
    length(ref_ids), length(qualifiers), length(priorities), length(ref_currencies), length(relation_currencies), length(links),
    CAST(arrayConcat(
        ref_types, ref_systems, ref_scopes, ref_ids, ref_roles,
        from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers,
        equal_types, equal_systems, equal_scopes, equal_ids, arrayMap(p -> toString(p), priorities),
        arrayMap(m -> toString(m), ref_minors), ref_currencies, arrayMap(m -> toString(m), relation_minors), relation_currencies, links
    ), 'Array(String)')
FROM business_events
WHERE tenant = {tenant:String}
  AND sipHash64(source, id) IN
  (
      SELECT sipHash64(event_source, event_id)
      FROM
      (
          SELECT event_sources, event_ids
          FROM executions FINAL
          WHERE tenant = {tenant:String}
            AND (state NOT IN {finished:Array(String)} OR unanchored OR version >= {since:UInt64})
      )
      ARRAY JOIN event_sources AS event_source, event_ids AS event_id
  )
ORDER BY tenant, writer, block, row
SETTINGS use_index_for_in_with_subqueries = 0
