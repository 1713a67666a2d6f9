-- Business events; which ones, other queries say. The twenty-four arrays travel as one,
-- which is far cheaper to read.
SELECT
    writer, block, row, tenant, source, id, kind, type,
    toUnixTimestamp64Nano(time), toUnixTimestamp64Nano(recorded), toUnixTimestamp64Nano(ingested),
    stage, outcome, attempt, answer, amount_minor, amount_currency, reason, correlation, causation, trace_id, span_id, contract, payload, envelope, hash,
    length(ref_ids), length(qualifiers), length(priorities), length(ref_currencies), length(relation_currencies), length(links),
    CAST(arrayConcat(
        ref_types, ref_systems, ref_scopes, ref_ids, ref_roles,
        from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers,
        equal_types, equal_systems, equal_scopes, equal_ids, arrayMap(p -> toString(p), priorities),
        arrayMap(m -> toString(m), ref_minors), ref_currencies, arrayMap(m -> toString(m), relation_minors), relation_currencies, links
    ), 'Array(String)')
FROM business_events
