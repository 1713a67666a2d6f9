-- Which blocks of a tenant's events each day has of each writer.
SELECT writer, day, min(block), max(block)
FROM business_events
WHERE tenant = {tenant:String}
GROUP BY writer, day
ORDER BY writer, day
