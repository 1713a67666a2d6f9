-- The tables of a database with their settings, and whether inserts are answered early.
SELECT name, engine_full, toUInt8(getSetting('async_insert'))
FROM system.tables
WHERE database = {database:String}
