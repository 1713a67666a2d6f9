-- Ids of one type that came in on the days of a window and are most likely the same id
-- spelled in two ways by two sources: but for case, separators and leading zeros, or 15
-- letters of Salesforce and their 18. One in so many is looked at.
SELECT type, system, how, count() AS pairs, any(spellings) AS example, any(sources)
FROM
(
    SELECT
        type, system, how, key,
        groupUniqArray(3)((id, source)) AS seen,
        arraySort(groupUniqArray(3)(id)) AS spellings,
        arraySort(groupUniqArray(3)(source)) AS sources
    FROM
    (
        SELECT DISTINCT
            type, system, scope, id, if(kind = 'event', source, 'otel:' || replaceRegexpOne(source, '^otel:', '')) AS source,
            match(id, '^[0-9A-Za-z]{15}([0-9A-Z]{3})?$') AND match(id, '[A-Za-z]') AS salesforce,
            if(salesforce, 'salesforce', 'spelling') AS how,
            if(salesforce, substring(id, 1, 15), if(match(id, '^[0-9]+$'), trim(LEADING '0' FROM id), upper(replaceRegexpAll(id, '[\\s_./-]', '')))) AS key
        FROM identifiers
        WHERE tenant = {tenant:String}
          AND day >= toDate(fromUnixTimestamp64Nano({from:Int64}), 'UTC')
          AND day <= toDate(fromUnixTimestamp64Nano({to:Int64}), 'UTC')
          AND kind != 'decision'
          AND type NOT IN ('correlation', 'trace')
          AND cityHash64(type, key) % {every:UInt64} = 0
    )
    GROUP BY type, system, scope, how, key
    HAVING uniqExact(id) > 1 AND uniqExact(source) > 1 AND (how = 'spelling' OR uniqExact(length(id)) > 1)
)
GROUP BY type, system, how
ORDER BY pairs DESC, type, system, how
LIMIT {limit:UInt32}
