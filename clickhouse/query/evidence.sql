-- The events that have some names, or some numbers, with how they are mapped since. The
-- one query of a recall: what is asked for is found by the key, the events then too. Few
-- numbers among many granules are found sooner when ranges are halved.
SELECT writer, block, row, generation, refused, content
FROM evidence
WHERE kind = {whole:UInt64}
  AND number IN
  (
      SELECT event
      FROM evidence
      WHERE number IN {names:Array(UInt64)}
        AND kind IN {kinds:Array(UInt64)}
      UNION ALL
      SELECT arrayJoin({events:Array(UInt64)})
  )
SETTINGS merge_tree_coarse_index_granularity = 2
