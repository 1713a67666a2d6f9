-- Goes on from the FROM of remapped.sql: those behind a place, up to and with another.
WHERE tenant = {tenant:String}
  AND (writer > {writer:String} OR writer = {writer:String} AND (block > {block:UInt64} OR block = {block:UInt64} AND row > {row:UInt32}))
  AND (writer < {to_writer:String} OR writer = {to_writer:String} AND (block < {to_block:UInt64} OR block = {to_block:UInt64} AND row <= {to_row:UInt32}))
ORDER BY tenant, writer, block, row, generation DESC
LIMIT 1 BY tenant, writer, block, row
