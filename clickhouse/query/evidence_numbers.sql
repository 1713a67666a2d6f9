-- The numbers within a range of all events and of all that they name and carry, packed:
-- eight bytes each. The greatest bit is set, since zeros at the end of a text get lost.
-- The range is one of the key: names come first, and then events. Those that follow each
-- other in the key come once.
SELECT arrayStringConcat(arrayMap(n -> reinterpretAsString(bitOr(n, bitShiftLeft(toUInt64(1), 63))), arrayCompact(groupArray(number))))
FROM evidence
WHERE number >= {from:UInt64} AND number < {to:UInt64}
  AND tenant = {tenant:String}
