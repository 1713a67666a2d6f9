package otlp

// The tags of KeyValue, AnyValue, ArrayValue and KeyValueList.
const (
	keyTag      = 1<<3 | bytesType
	valueTag    = 2<<3 | bytesType
	keyIndexTag = 3<<3 | varintType // of a profile's string table, like indexTag
	stringTag   = 1<<3 | bytesType
	boolTag     = 2<<3 | varintType
	intTag      = 3<<3 | varintType
	doubleTag   = 4<<3 | fixed64Type
	arrayTag    = 5<<3 | bytesType
	listTag     = 6<<3 | bytesType
	binaryTag   = 7<<3 | bytesType
	indexTag    = 8<<3 | varintType
	elemTag     = 1<<3 | bytesType
)

// keyValue checks one attribute.
func (s *scanner) keyValue(b []byte, depth int) *fault {
	if _, val, ok := split(b); ok && depth > 0 {
		// In that form the lengths are ASCII too, so one look covers key and value.
		if _, ok := shortString(val); ok && ascii(b) {
			return nil
		}
	}
	for i := 0; i < len(b); {
		start := i
		var tag uint64
		var v []byte
		if tag, i = varint(b, i); i < 0 {
			return malformed(start)
		}
		switch tag {
		case keyTag:
			if v, i = chunk(b, i); i < 0 {
				return cut().in("key", -1)
			}
			if f := s.text(v); f != nil {
				return f.in("key", -1)
			}
		case valueTag:
			if v, i = chunk(b, i); i < 0 {
				return cut().in("value", -1)
			}
			if f := s.anyValue(v, depth); f != nil {
				return f.in("value", -1)
			}
		case keyIndexTag:
			if _, i = varint(b, i); i < 0 {
				return malformed(start)
			}
		default:
			if i = other(b, i, tag, 3); i < 0 {
				return malformed(start)
			}
		}
	}
	return nil
}

// anyValue checks one value; depth is how many levels are left, its own included.
func (s *scanner) anyValue(b []byte, depth int) *fault {
	if depth <= 0 {
		return invalid("is nested more than %d deep", s.depth)
	}
	for i := 0; i < len(b); {
		start := i
		var tag uint64
		var v []byte
		if tag, i = varint(b, i); i < 0 {
			return malformed(start)
		}
		switch tag {
		case stringTag:
			if v, i = chunk(b, i); i < 0 {
				return cut().in("stringValue", -1)
			}
			if f := s.text(v); f != nil {
				return f.in("stringValue", -1)
			}
		case arrayTag:
			if v, i = chunk(b, i); i < 0 {
				return cut().in("arrayValue", -1)
			}
			if f := s.elements(v, depth-1, false); f != nil {
				return f.in("arrayValue", -1)
			}
		case listTag:
			if v, i = chunk(b, i); i < 0 {
				return cut().in("kvlistValue", -1)
			}
			if f := s.elements(v, depth-1, true); f != nil {
				return f.in("kvlistValue", -1)
			}
		case boolTag, intTag, doubleTag, binaryTag, indexTag:
			if i = skip(b, i, tag); i < 0 {
				return malformed(start)
			}
		default:
			if i = other(b, i, tag, 8); i < 0 {
				return malformed(start)
			}
		}
	}
	return nil
}

// elements checks the values of an array, or the pairs of a list.
func (s *scanner) elements(b []byte, depth int, pairs bool) *fault {
	for i := 0; i < len(b); {
		start := i
		var tag uint64
		if tag, i = varint(b, i); i < 0 {
			return malformed(start)
		}
		if tag != elemTag {
			if i = other(b, i, tag, 1); i < 0 {
				return malformed(start)
			}
			continue
		}
		v, next := chunk(b, i)
		if i = next; i < 0 {
			return cut().in("values", count(b[:start], tag))
		}
		var f *fault
		switch {
		case !s.add(attributes):
			f = s.over(attributes)
		case pairs:
			f = s.keyValue(v, depth)
		default:
			f = s.anyValue(v, depth)
		}
		if f != nil {
			return f.in("values", count(b[:start], tag))
		}
	}
	return nil
}

// other passes over a field that is not known. A field up to the number known
// that comes here has the wrong wire type.
func other(b []byte, i int, tag, known uint64) int {
	if n := tag >> 3; n <= known || n > 1<<29-1 {
		return broken
	}
	return skip(b, i, tag)
}
