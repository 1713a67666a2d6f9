-- Some executions in short. What does not have one of the names is left out before the
-- rest of its granule is read: no version of it has another name.
SELECT
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, unanchored, state, stage,
    toUnixTimestamp64Nano(started_at), toUnixTimestamp64Nano(last_at), toUnixTimestamp64Nano(ended_at),
    objects, events
FROM executions FINAL
PREWHERE tenant = {tenant:String}
  AND (flow, anchor_type, anchor_system, anchor_scope, anchor_id) IN arrayZip(
      {flows:Array(String)}, {types:Array(String)}, {systems:Array(String)}, {scopes:Array(String)}, {ids:Array(String)})
