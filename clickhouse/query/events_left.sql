-- How many CloudEvents are behind a place.
SELECT count()
FROM business_events
WHERE tenant = {tenant:String} AND kind = 'event'
  AND (writer > {writer:String} OR writer = {writer:String} AND (block > {block:UInt64} OR block = {block:UInt64} AND row > {row:UInt32}))
