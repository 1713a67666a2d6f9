-- Goes on from the FROM of remapped.sql: those of a run of blocks. The day of a mapping is
-- its event's, which may be another than its block's.
WHERE tenant = {tenant:String} AND writer = {writer:String} AND block >= {first:UInt64} AND block <= {last:UInt64}
ORDER BY tenant, writer, block, row, generation DESC
LIMIT 1 BY tenant, writer, block, row
