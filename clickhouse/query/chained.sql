-- How many events name a cause or link to other traces.
SELECT count()
FROM business_events
WHERE tenant = {tenant:String} AND (causation != '' OR notEmpty(links))
