-- The identities of a writer's latest log records: their content.
SELECT block, tenant, hash
FROM logs
WHERE writer = {writer:String} AND block >= {since:UInt64}
ORDER BY block, row
