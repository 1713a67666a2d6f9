-- Tombstones for a tenant's executions whose last version is less than one.
INSERT INTO executions
    (tenant, flow, anchor_type, anchor_system, anchor_scope, anchor_id, version, gone, detail)
SELECT tenant, flow, anchor_type, anchor_system, anchor_scope, anchor_id, {version:UInt64}, 1, '{}'
FROM executions FINAL
WHERE tenant = {tenant:String} AND version < {version:UInt64}
