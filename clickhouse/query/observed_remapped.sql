-- Goes on from the FROM of remapped.sql: the mappings of the events of observed.sql.
WHERE tenant = {tenant:String}
  AND ((writer, block) IN arrayZip({writers:Array(String)}, {blocks:Array(UInt64)}) OR startsWith(writer, {released:String}) AND writer != {own:String})
ORDER BY tenant, writer, block, row, generation DESC
LIMIT 1 BY tenant, writer, block, row
