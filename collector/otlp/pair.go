package otlp

import "encoding/binary"

// split takes apart a KeyValue of the form that nearly all have: a key and a
// value, each with a length of one byte, and nothing else. False says that it
// has another form, not that it is wrong.
func split(b []byte) (key, val []byte, ok bool) {
	if len(b) < 4 || b[0] != keyTag || b[1] >= 0x80 {
		return nil, nil, false
	}
	k := 2 + int(b[1]) // behind the key
	if k+2 > len(b) || b[k] != valueTag || b[k+1] >= 0x80 || k+2+int(b[k+1]) != len(b) {
		return nil, nil, false
	}
	return b[2:k:k], b[k+2:], true
}

// shortString does the same for an AnyValue that is a string.
func shortString(val []byte) (text []byte, ok bool) {
	if len(val) < 2 || val[0] != stringTag || val[1] >= 0x80 || 2+int(val[1]) != len(val) {
		return nil, false
	}
	return val[2:], true
}

// ascii tells whether no byte has its high bit set.
func ascii(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&high != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// pair reads a KeyValue of any form.
func pair(b []byte, v *anyValue) (key []byte, ok bool) {
	*v = anyValue{}
	if key, val, ok := split(b); ok {
		return key, v.read(val)
	}
	for i := 0; i < len(b); {
		var tag uint64
		if tag, i = varint(b, i); i < 0 {
			return nil, false
		}
		switch tag {
		case keyTag:
			key, i = chunk(b, i)
		case valueTag:
			var raw []byte
			if raw, i = chunk(b, i); i >= 0 && !v.read(raw) {
				return nil, false
			}
		default:
			i = skip(b, i, tag)
		}
		if i < 0 {
			return nil, false
		}
	}
	return key, true
}
