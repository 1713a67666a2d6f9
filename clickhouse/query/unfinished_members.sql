-- The members of executions that are not finished, once for each that has them.
SELECT member.1 AS type, member.2 AS system, member.3 AS scope, member.4 AS id
FROM
(
    SELECT
        arrayJoin(arrayMap(member -> member.1, JSONExtract(detail, 'Members',
            'Array(Tuple(Object Tuple(Type String, System String, Scope String, ID String)))'))) AS member
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND (state NOT IN {finished:Array(String)} OR unanchored OR version >= {since:UInt64})
)
