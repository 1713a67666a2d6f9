-- The numbers within a range of all events and of what they name of some types, packed:
-- eight bytes each. The greatest bit is set, since zeros at the end of a text get lost.
-- The range is one of the key: names come first, and then events.
SELECT arrayStringConcat(groupArray(reinterpretAsString(bitOr(number, bitShiftLeft(toUInt64(1), 63)))))
FROM evidence
WHERE number >= {from:UInt64} AND number < {to:UInt64}
  AND kind IN {kinds:Array(UInt64)}
