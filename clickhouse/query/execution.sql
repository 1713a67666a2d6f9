-- The state of one execution. What does not have the name is left out before the rest of
-- its granule is read, ten megabytes of detail: no version of it has another name.
SELECT
    unanchored, truncated, state, stage,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(last_at), toUnixTimestamp64Nano(ended_at),
    detail, event_sources, event_ids
FROM executions FINAL
PREWHERE tenant = {tenant:String}
  AND flow = {flow:String}
  AND anchor_type = {type:String}
  AND anchor_system = {system:String}
  AND anchor_scope = {scope:String}
  AND anchor_id = {id:String}
