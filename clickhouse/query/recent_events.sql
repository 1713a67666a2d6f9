-- The identities of a writer's latest business events.
SELECT block, tenant, hash, source, id
FROM business_events
WHERE writer = {writer:String} AND block >= {since:UInt64} AND kind = 'event'
ORDER BY block, row
