-- How events are mapped now that were mapped anew, with the columns of events.sql; what a
-- mapping does not tell is empty.
SELECT
    generation, refused,
    writer, block, row, tenant, '' AS source, '' AS id, '' AS kind, '' AS type,
    toInt64(0) AS time, toInt64(0) AS recorded, toInt64(0) AS ingested,
    stage, outcome, attempt, answer, amount_minor, amount_currency, reason, correlation, '' AS causation, '' AS trace_id, '' AS span_id, contract,
    '' AS payload, '' AS envelope, toUInt64(0) AS hash,
    length(ref_ids), length(qualifiers), length(priorities), length(ref_currencies), length(relation_currencies), toUInt64(0) AS links,
    CAST(arrayConcat(
        ref_types, ref_systems, ref_scopes, ref_ids, ref_roles,
        from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers,
        equal_types, equal_systems, equal_scopes, equal_ids, arrayMap(p -> toString(p), priorities),
        arrayMap(m -> toString(m), ref_minors), ref_currencies, arrayMap(m -> toString(m), relation_minors), relation_currencies
    ), 'Array(String)')
FROM remapped_events
