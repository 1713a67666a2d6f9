-- The correlation ids and traces of events that came in within a window which name
-- several anchors, by source: how many of its own do so, how many there are and how many
-- of its events carry them, and one of them with the most anchors. Ids of one anchor in several
-- systems are not several: they are counted by system and scope. One id in so many is
-- looked at.
WITH
    sample AS
    (
        SELECT kind, source, claim, ref_types, ref_systems, ref_scopes, ref_ids
        FROM business_events
        ARRAY JOIN arrayFilter(c -> tupleElement(c, 2) != '', [('correlation', correlation), ('trace', if(empty(trace_id), '', lower(hex(trace_id))))]) AS claim
        WHERE tenant = {tenant:String}
          AND kind != 'decision'
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND ingested >= fromUnixTimestamp64Nano({from:Int64})
          AND ingested < fromUnixTimestamp64Nano({to:Int64})
          AND cityHash64(claim) % {every:UInt64} = 0
    )
SELECT
    s.kind, s.source, tupleElement(s.claim, 1) AS what, uniqExact(s.claim) AS ids, uniqExactIf(s.claim, wrong.anchors > 0) AS lying,
    countIf(wrong.anchors > 0), argMax(tupleElement(s.claim, 2), wrong.anchors), max(wrong.anchors) AS most, argMax(wrong.type, wrong.anchors)
FROM sample AS s
LEFT JOIN
(
    SELECT claim, argMax(typ, n) AS type, max(n) AS anchors
    FROM
    (
        SELECT claim, typ, uniqExact(object) AS n
        FROM sample
        ARRAY JOIN ref_types AS typ, ref_systems AS system, ref_scopes AS scope, ref_ids AS object
        WHERE has({anchors:Array(String)}, typ)
        GROUP BY claim, typ, system, scope
        HAVING n > 1
    )
    GROUP BY claim
) AS wrong ON s.claim = wrong.claim
GROUP BY s.kind, s.source, what
HAVING lying > 0
ORDER BY lying DESC, s.kind, s.source, what
LIMIT {limit:UInt32}
