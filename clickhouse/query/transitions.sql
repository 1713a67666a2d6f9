-- What happened to one clock, over all its episodes, in the order of the ledger.
SELECT
    tenant, sla, origin_type, origin_system, origin_scope, origin_id,
    subject_type, subject_system, subject_scope, subject_id, episode,
    state, clock_verdict, clock_provisional,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(due_at),
    toUnixTimestamp64Nano(breached_at), toUnixTimestamp64Nano(ended_at), holds, clock_seq,
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, title, severity, runbook,
    stage, execution_state, reason, amount_minor, amount_currency,
    source, seq, id, kind, toUnixTimestamp64Nano(at), toUnixTimestamp64Nano(due), late_by,
    verdict, provisional, toUnixTimestamp64Nano(recorded)
FROM transitions FINAL
WHERE tenant = {tenant:String}
  AND sla = {sla:String}
  AND origin_type = {type:String}
  AND origin_system = {system:String}
  AND origin_scope = {scope:String}
  AND origin_id = {id:String}
ORDER BY seq, recorded, id
LIMIT {limit:UInt32}
