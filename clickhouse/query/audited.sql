-- The last change of every object.
SELECT object_type, object_system, object_scope, object_id, turn, held, cause, guard_type, guard_to, guard_max, related, decision, decided_by, toUnixTimestamp64Nano(at)
FROM audit FINAL
WHERE tenant = {tenant:String}
ORDER BY object_type, object_system, object_scope, object_id, turn DESC
LIMIT 1 BY object_type, object_system, object_scope, object_id
