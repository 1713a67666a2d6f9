-- The identities of a writer's latest business events.
SELECT block, tenant, hash, source, id
FROM business_events
WHERE writer = {writer:String} AND block >= {since:UInt64} AND kind IN ('event', 'decision')
ORDER BY block, row
