-- How many events of a tenant are stored, of any kind.
SELECT count() FROM business_events WHERE tenant = {tenant:String}
