-- The rows of one block that a table has. The day is its partition.
SELECT row
FROM {table:Identifier}
WHERE day = {day:Date}
  AND writer = {writer:String}
  AND block = {block:UInt64}
