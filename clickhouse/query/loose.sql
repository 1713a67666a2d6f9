-- The members of every execution that no anchor reaches: four arrays that travel as one.
-- What was so in no version is left out before the rest of its granule is read.
SELECT
    flow, anchor_type, anchor_system, anchor_scope, anchor_id, truncated,
    arrayConcat(
        arrayMap(member -> member.1.1, members), arrayMap(member -> member.1.2, members), arrayMap(member -> member.1.3, members), arrayMap(member -> member.1.4, members)
    )
FROM
(
    SELECT
        flow, anchor_type, anchor_system, anchor_scope, anchor_id, truncated,
        JSONExtract(detail, 'Members', 'Array(Tuple(Object Tuple(Type String, System String, Scope String, ID String)))') AS members
    FROM executions FINAL
    PREWHERE tenant = {tenant:String}
      AND (flow, anchor_type, anchor_system, anchor_scope, anchor_id) IN
      (
          SELECT flow, anchor_type, anchor_system, anchor_scope, anchor_id
          FROM executions
          WHERE tenant = {tenant:String} AND unanchored
      )
    WHERE unanchored
)
