-- What is in the payloads of a sample of every kind of CloudEvent that came in within
-- a window: every place (a JSON pointer, * for any element of a list) with the types
-- of its values, how many values there are and in how many events. A row with an empty
-- place and type stands for payloads that are too large or that simdjson cannot read.
-- JSONAllPathsWithTypes would be shorter, but does not look into lists of objects,
-- leaves out nulls, takes texts for dates, and writes a point in a name as one between
-- two. Events are picked by a hash of their place, so that the same question picks the
-- same ones, and their payloads are read after that: of each kind until they are so many
-- bytes together, and at least one. What is too large to be taken apart weighs nothing.
WITH RECURSIVE
picked AS
(
    SELECT arrayJoin(groupArraySorted({sample:UInt32})((cityHash64(writer, block, row), writer, block, row))) AS place
    FROM business_events
    WHERE tenant = {tenant:String}
      AND kind = 'event'
      AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}, 'UTC'))
      AND ingested >= fromUnixTimestamp64Nano({from:Int64})
      AND ingested < fromUnixTimestamp64Nano({to:Int64})
      AND (source, type, contract) IN arrayZip({sources:Array(String)}, {types:Array(String)}, {contracts:Array(String)})
    GROUP BY source, type, contract
),
weighed AS
(
    SELECT writer, block, row
    FROM
    (
        SELECT
            writer, block, row, if(length(payload) <= {largest:UInt32}, length(payload), 0) AS bytes,
            sum(bytes) OVER (PARTITION BY source, type, contract ORDER BY cityHash64(writer, block, row), writer, block, row
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - bytes AS before
        FROM business_events
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}, 'UTC'))
          AND (writer, block, row) IN (SELECT (place.2, place.3, place.4) FROM picked)
    )
    WHERE before < {budget:UInt64}
),
parts AS
(
    SELECT
        source, type, contract, (writer, block, row) AS event, '' AS pointer, 0 AS depth,
        if(length(payload) <= {largest:UInt32} AND isValidJSON(payload), payload, '') AS value
    FROM business_events
    WHERE tenant = {tenant:String}
      AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}, 'UTC'))
      AND (writer, block, row) IN (SELECT writer, block, row FROM weighed)
    UNION ALL
    SELECT source, type, contract, event, concat(pointer, '/', part.1), depth + 1, part.2
    FROM
    (
        SELECT
            source, type, contract, event, pointer, depth,
            arrayJoin(arraySlice(if(startsWith(value, '{'),
                arrayMap(p -> (replaceAll(replaceAll(p.1, '~', '~0'), '/', '~1'), p.2), JSONExtractKeysAndValuesRaw(value)),
                arrayMap(v -> ('*', v), JSONExtractArrayRaw(value))), 1, {wide:UInt32})) AS part
        FROM parts
        WHERE depth < {deep:UInt8} AND (startsWith(value, '{') OR startsWith(value, '['))
    )
)
SELECT
    source, type, contract, pointer,
    multiIf(
        value = '', '',
        startsWith(value, '{'), 'object',
        startsWith(value, '['), 'array',
        startsWith(value, '"'), 'string',
        value IN ('true', 'false'), 'boolean',
        value = 'null', 'null',
        match(value, '^-?[0-9]+([.]0+)?$'), 'integer',
        'number') AS json,
    count(), uniqExact(event)
FROM parts
GROUP BY source, type, contract, pointer, json
ORDER BY source, type, contract, pointer, json
LIMIT {places:UInt32} BY source, type, contract
