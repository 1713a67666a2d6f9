-- The inserts into this database that are running: all, or those among some.
SELECT groupArray(query_id)
FROM system.processes
WHERE query_kind = 'Insert'
  AND current_database = currentDatabase()
  AND ({all:UInt8} OR has({among:Array(String)}, query_id))
