-- Some traces, counted over the blocks that hold a part of them.
SELECT
    trace_id,
    sum(spans),
    sum(errors),
    arraySort(groupUniqArrayArray(services)),
    toUnixTimestamp64Nano(min(first)),
    toUnixTimestamp64Nano(max(finish))
FROM traces
WHERE tenant = {tenant:String} AND lower(hex(trace_id)) IN {traces:Array(String)}
GROUP BY trace_id
