-- Goes on from the FROM of events.sql: what was read from the spans or log records of some
-- blocks, and what later re-mappings have read, but for the one that is under way.
WHERE tenant = {tenant:String} AND kind = {kind:String}
  AND ((writer, block) IN arrayZip({writers:Array(String)}, {blocks:Array(UInt64)}) OR startsWith(writer, {released:String}) AND writer != {own:String})
ORDER BY tenant, writer, block, row
