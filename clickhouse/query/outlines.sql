-- Every execution that is there, in short, with what it awaits: nine arrays that travel as
-- one, which is far cheaper to read.
SELECT
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, unanchored, state, stage,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(last_at), toUnixTimestamp64Nano(ended_at),
    objects, events,
    CAST(arrayConcat(
        awaited_types, awaited_systems, awaited_scopes, awaited_ids, awaited_kinds, awaited_sources, awaited_event_types, awaited_event_ids,
        arrayMap(at -> toString(toUnixTimestamp64Nano(at)), awaited_at)
    ), 'Array(String)')
FROM executions FINAL
WHERE tenant = {tenant:String}
