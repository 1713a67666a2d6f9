-- The executions behind the variants of a flow, newest first: of one variant or of all,
-- and of these the ones that are meant, of one type of anchor or of any.
SELECT
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, unanchored, state, stage,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(last_at), toUnixTimestamp64Nano(ended_at),
    objects, events, step_stages
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND flow = {flow:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64})
  AND started_at < fromUnixTimestamp64Nano({to:Int64})
  AND ({state:String} = '' OR state = {state:String})
  AND steps_known = ({which:String} != 'uncounted')
  AND ({which:String} != 'rework' OR has(step_reworks, 1))
  AND ({which:String} != 'loose' OR unanchored)
  AND ({of_type:String} = '' OR anchor_type = {of_type:String})
  AND ({variant:UInt64} = 0 OR cityHash64(step_stages) = {variant:UInt64})
  AND (-toUnixTimestamp64Nano(started_at), flow, anchor_type, anchor_system, anchor_scope, anchor_id)
    > ({after_age:Int64}, {after_flow:String}, {type:String}, {system:String}, {scope:String}, {id:String})
ORDER BY -toUnixTimestamp64Nano(started_at), flow, anchor_type, anchor_system, anchor_scope, anchor_id
LIMIT {limit:UInt32}
