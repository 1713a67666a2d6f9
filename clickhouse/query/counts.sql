-- How many rows of evidence every writer has stored.
SELECT 'spans' AS name, writer, count() FROM spans GROUP BY writer
UNION ALL
SELECT 'logs', writer, count() FROM logs GROUP BY writer
UNION ALL
SELECT 'business_events', writer, count() FROM business_events GROUP BY writer
UNION ALL
SELECT 'identifiers', writer, count() FROM identifiers GROUP BY writer
UNION ALL
SELECT 'quarantine', writer, count() FROM quarantine GROUP BY writer
