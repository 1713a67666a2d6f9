-- Every business event of a tenant, in the order of the table's key, so that it
-- streams.
SELECT
    writer, block, tenant, source, id, kind, type,
    toUnixTimestamp64Nano(time), toUnixTimestamp64Nano(recorded), toUnixTimestamp64Nano(ingested),
    stage, outcome, attempt, reason, correlation, causation, trace_id, span_id, contract, payload, hash,
    ref_roles, qualifiers, priorities,
    ref_types, ref_systems, ref_scopes, ref_ids,
    from_types, from_systems, from_scopes, from_ids,
    to_types, to_systems, to_scopes, to_ids,
    equal_types, equal_systems, equal_scopes, equal_ids
FROM business_events
WHERE tenant = {tenant:String}
ORDER BY tenant, writer, block, row
