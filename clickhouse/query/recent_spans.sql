-- The identities of a writer's latest spans.
SELECT block, tenant, hash, trace_id, span_id
FROM spans
WHERE writer = {writer:String} AND block >= {since:UInt64}
ORDER BY block, row
