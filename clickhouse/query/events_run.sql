-- Goes on from the FROM of events.sql: those of a run of days.
WHERE tenant = {tenant:String} AND writer = {writer:String} AND day >= {from:Date} AND day <= {to:Date}
ORDER BY tenant, writer, block, row
