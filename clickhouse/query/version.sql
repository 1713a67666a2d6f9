-- The greatest version among a tenant's executions, tombstones too; 0 without any.
SELECT max(version) FROM executions WHERE tenant = {tenant:String}
