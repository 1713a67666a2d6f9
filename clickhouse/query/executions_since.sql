-- Which executions have a row of a greater version, gone ones too.
SELECT DISTINCT flow, anchor_type, anchor_system, anchor_scope, anchor_id
FROM executions
WHERE tenant = {tenant:String} AND version > {version:UInt64}
