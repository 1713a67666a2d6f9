-- The objects that no anchor reaches, by flow and type, of executions that started
-- within a window, with the oldest of them.
SELECT flow, anchor_type, count() AS adrift, argMin(anchor_id, started_at), toUnixTimestamp64Nano(min(started_at))
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND flow IN {flows:Array(String)}
  AND unanchored
  AND started_at >= fromUnixTimestamp64Nano({from:Int64})
  AND started_at < fromUnixTimestamp64Nano({to:Int64})
GROUP BY flow, anchor_type
ORDER BY adrift DESC, flow, anchor_type
LIMIT {limit:UInt32}
