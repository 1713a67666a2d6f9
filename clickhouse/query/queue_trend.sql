-- Of every queue the deepest measurement of each step since a moment; of equally
-- deep ones the latest.
SELECT
    system, name, consumer,
    toUnixTimestamp64Nano(tupleElement(most, 1)), tupleElement(most, 2), tupleElement(most, 3), tupleElement(most, 4),
    toUnixTimestamp64Nano(tupleElement(most, 5)), tupleElement(most, 6)
FROM
(
    SELECT
        system, name, consumer,
        intDiv(toUnixTimestamp64Nano(at) - {since:Int64}, {step:Int64}) AS step,
        argMax((at, depth, in_hand, redelivered, oldest, dead_letter), (depth, at)) AS most
    FROM queues
    WHERE tenant = {tenant:String} AND at >= fromUnixTimestamp64Nano({since:Int64})
    GROUP BY system, name, consumer, step
)
ORDER BY system, name, consumer, step
