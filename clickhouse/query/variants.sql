-- The variants of a flow's executions that started within a window: one row for all
-- of them, then the most frequent ones. Durations are of completed executions and
-- nearest-rank; one whose first event had a fast clock took none.
WITH
    arraySort(groupArrayIf(greatest(toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at), 0), counted AND state = 'completed')) AS took
SELECT
    toBool(grouping(variant)) AS whole,
    variant,
    if(whole, [], any(step_stages)) AS stages,
    countIf(counted) AS executions,
    countIf(NOT counted),
    uniqExactIf(variant, counted),
    countIf(counted AND unanchored),
    countIf(counted AND state = 'completed') AS completed,
    countIf(counted AND has(step_reworks, 1)),
    if(completed = 0, 0, took[toUInt64(ceil(0.50 * completed))]),
    if(completed = 0, 0, took[toUInt64(ceil(0.95 * completed))])
FROM
(
    SELECT *, steps_known AS counted, if(steps_known, cityHash64(step_stages), 0) AS variant
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND flow = {flow:String}
      AND started_at >= fromUnixTimestamp64Nano({from:Int64})
      AND started_at < fromUnixTimestamp64Nano({to:Int64})
      AND ({state:String} = '' OR state = {state:String})
)
GROUP BY GROUPING SETS ((variant), ())
HAVING whole OR executions > 0
ORDER BY whole DESC, executions DESC, stages
LIMIT {limit:UInt32}
