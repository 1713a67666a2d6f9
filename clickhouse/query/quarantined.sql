-- Which of some entries are set aside already.
SELECT id
FROM quarantine
WHERE writer = {writer:String} AND id IN {ids:Array(String)}
