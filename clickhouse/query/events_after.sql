-- Goes on from the FROM of events.sql: the CloudEvents behind a place.
WHERE tenant = {tenant:String} AND kind = 'event'
  AND (writer > {writer:String} OR writer = {writer:String} AND (block > {block:UInt64} OR block = {block:UInt64} AND row > {row:UInt32}))
ORDER BY tenant, writer, block, row
LIMIT {limit:UInt32}
