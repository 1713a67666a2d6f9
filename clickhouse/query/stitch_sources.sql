-- What became of the events of every source that came in within a window: in an
-- execution with an anchor; named, which no anchor reaches; a correlation id or trace
-- alone; neither; with an example of each that is not reached. Relations name objects
-- as references do. One identity in so many is looked at.
WITH
    sample AS
    (
        SELECT
            kind, source, id, type, correlation, if(empty(trace_id), '', lower(hex(trace_id))) AS trace,
            arrayFilter(o -> NOT has({context:Array(String)}, tupleElement(o, 1)), arrayZip(
                CAST(arrayConcat(ref_types, from_types, to_types), 'Array(String)'), arrayConcat(ref_ids, from_ids, to_ids))) AS names
        FROM business_events
        WHERE tenant = {tenant:String}
          AND kind != 'decision'
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND ingested >= fromUnixTimestamp64Nano({from:Int64})
          AND ingested < fromUnixTimestamp64Nano({to:Int64})
          AND cityHash64(source, id) % {every:UInt64} = 0
    ),
    reached AS
    (
        SELECT event_source, event_id
        FROM (SELECT event_sources, event_ids FROM executions FINAL WHERE tenant = {tenant:String} AND flow IN {flows:Array(String)} AND NOT unanchored)
        ARRAY JOIN event_sources AS event_source, event_ids AS event_id
        WHERE cityHash64(event_source, event_id) % {every:UInt64} = 0
          AND (event_source, event_id) IN (SELECT source, id FROM sample)
    )
SELECT
    kind, source, count() AS events, countIf(correlation != ''), countIf(held), countIf(named), countIf(claiming), countIf(mute),
    topKIf(1)(type, named)[1], anyIf(tupleElement(names[1], 1), named), anyIf(tupleElement(names[1], 2), named),
    topKIf(1)(type, claiming)[1], anyIf(correlation, claiming), anyIf(trace, claiming),
    topKIf(1)(type, mute)[1], anyIf(id, mute)
FROM
(
    SELECT
        *,
        (source, id) IN (SELECT event_source, event_id FROM reached) AS held,
        NOT held AND notEmpty(names) AS named,
        NOT held AND empty(names) AND (correlation != '' OR trace != '') AS claiming,
        NOT held AND empty(names) AND correlation = '' AND trace = '' AS mute
    FROM sample
)
GROUP BY kind, source
ORDER BY events DESC, kind, source
LIMIT {limit:UInt32}
