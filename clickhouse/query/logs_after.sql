-- Goes on from the SELECT of logs.sql: the log records behind one, in the order of the
-- table's key, in which one of some keys stands.
FROM logs
WHERE tenant = {tenant:String}
  AND toStartOfFiveMinutes(time) >= toDateTime({bucket:Int64})
  AND (toStartOfFiveMinutes(time) > toDateTime({bucket:Int64})
      OR (service, toUnixTimestamp64Nano(time), writer, block, row) > ({key:String}, {at:Int64}, {writer:String}, {block:UInt64}, {row:UInt32}))
  AND ({all:UInt8} OR multiSearchAny(attributes, {keys:Array(String)}) OR multiSearchAny(resource, {keys:Array(String)}))
ORDER BY tenant, toStartOfFiveMinutes(time), service, time, writer, block, row
LIMIT {limit:UInt32}
