-- Goes on from the FROM of remapped.sql: the mappings of some rows.
WHERE tenant = {tenant:String}
  AND (writer, block, row) IN arrayZip({writers:Array(String)}, {blocks:Array(UInt64)}, {rows:Array(UInt32)})
ORDER BY tenant, writer, block, row, generation DESC
LIMIT 1 BY tenant, writer, block, row
