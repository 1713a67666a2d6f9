-- The state of one incident.
SELECT
    tenant, id, version, kind, sla, subject_type, subject_system, subject_scope, subject_id, episode, source,
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, title, severity, runbook,
    stage, execution_state, reason, amount_minor, amount_currency,
    closing_source, state, toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(due_at), toUnixTimestamp64Nano(opened_at),
    late_by, toUnixTimestamp64Nano(resolved_at), resolution, told, waiting,
    toUnixTimestamp64Nano(acknowledged_at), owner, comment,
    arrayMap(at -> toUnixTimestamp64Nano(at), history_at), history_text
FROM incidents FINAL
WHERE tenant = {tenant:String} AND id = {id:String}
