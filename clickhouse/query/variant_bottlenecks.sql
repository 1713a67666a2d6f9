-- The bottleneck of some variants of a flow, and of all its executions: the hop whose
-- median share of the time, times how often an execution takes it, is the greatest.
-- The time of an execution is the sum of its hops, none of which is negative. Medians
-- are gathered by variant and place first, which is far cheaper than hop by hop.
SELECT
    toBool(grouping(shown)) AS whole,
    shown,
    from_stage, to_stage,
    sum(executions) AS taken,
    quantileExactLowMerge(0.5)(share) AS median_share,
    quantileExactLowMerge(0.5)(took)
FROM
(
    SELECT
        cityHash64(step_stages) AS variant,
        if(has({variants:Array(UInt64)}, variant), variant, 0) AS shown,
        any(arraySlice(arrayPushFront(step_stages, ''), 1, length(step_stages))) AS froms,
        any(step_stages) AS stages,
        count() AS executions,
        quantileExactLowStateForEach(0.5)(arrayMap(hop -> hop / time, hops)) AS shares,
        quantileExactLowStateForEach(0.5)(hops) AS times
    FROM
    (
        SELECT
            step_stages,
            arrayMap((done, first) -> toUnixTimestamp64Nano(if(done = 0, first, done)), step_dones, step_firsts) AS reached,
            arraySlice(arrayPushFront(reached, toUnixTimestamp64Nano(started_at)), 1, length(reached)) AS before,
            arrayMap((at, earlier) -> greatest(at - earlier, 0), reached, before) AS hops,
            arraySum(hops) AS time
        FROM executions FINAL
        WHERE tenant = {tenant:String}
          AND flow = {flow:String}
          AND started_at >= fromUnixTimestamp64Nano({from:Int64})
          AND started_at < fromUnixTimestamp64Nano({to:Int64})
          AND ({state:String} = '' OR state = {state:String})
    )
    WHERE time > 0
    GROUP BY variant
)
ARRAY JOIN froms AS from_stage, stages AS to_stage, shares AS share, times AS took
GROUP BY GROUPING SETS ((shown, from_stage, to_stage), (from_stage, to_stage))
HAVING whole OR shown != 0
ORDER BY whole DESC, shown, median_share * taken DESC, from_stage, to_stage
LIMIT 1 BY whole, shown
