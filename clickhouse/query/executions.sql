-- Executions, newest first; no flow means every flow but "transaction".
SELECT
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, unanchored, state, stage,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(last_at), toUnixTimestamp64Nano(ended_at),
    objects, events
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND if({flow:String} = '', flow != 'transaction', flow = {flow:String})
  AND ({state:String} = '' OR state = {state:String})
  AND ({stage:String} = '' OR stage = {stage:String})
  AND (-toUnixTimestamp64Nano(started_at), flow, anchor_type, anchor_system, anchor_scope, anchor_id)
    > ({after_age:Int64}, {after_flow:String}, {type:String}, {system:String}, {scope:String}, {id:String})
ORDER BY -toUnixTimestamp64Nano(started_at), flow, anchor_type, anchor_system, anchor_scope, anchor_id
LIMIT {limit:UInt32}
