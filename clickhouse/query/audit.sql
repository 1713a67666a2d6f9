-- The changes of one object, newest first.
SELECT object_type, object_system, object_scope, object_id, turn, held, cause, guard_type, guard_to, guard_max, related, decision, decided_by, toUnixTimestamp64Nano(at)
FROM audit FINAL
WHERE tenant = {tenant:String}
  AND object_type = {type:String}
  AND object_system = {system:String}
  AND object_scope = {scope:String}
  AND object_id = {id:String}
ORDER BY turn DESC
LIMIT {limit:UInt32}
