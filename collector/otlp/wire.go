package otlp

import (
	"encoding/binary"
	"unsafe"
)

// The wire types of protobuf.
const (
	varint    = 0
	fixed64   = 1
	delimited = 2
	fixed32   = 5
)

// reader steps through the fields of one message. After next has returned
// true, num and wire tell the field, data its bytes (wire type delimited) and value
// its number (any other). A message that is cut short or uses groups sets bad.
type reader struct {
	rest  []byte
	num   uint64
	wire  uint8
	value uint64
	data  []byte
	bad   bool
}

func (r *reader) next() bool {
	if len(r.rest) == 0 || r.bad {
		return false
	}
	tag, n := uvarint(r.rest)
	if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return r.fail()
	}
	r.rest = r.rest[n:]
	r.num, r.wire = tag>>3, uint8(tag&7)
	switch r.wire {
	case varint:
		if r.value, n = uvarint(r.rest); n <= 0 {
			return r.fail()
		}
		r.rest = r.rest[n:]
	case fixed64:
		if len(r.rest) < 8 {
			return r.fail()
		}
		r.value = binary.LittleEndian.Uint64(r.rest)
		r.rest = r.rest[8:]
	case delimited:
		size, n := uvarint(r.rest)
		if n <= 0 || size > uint64(len(r.rest)-n) {
			return r.fail()
		}
		r.data = r.rest[n : n+int(size)]
		r.rest = r.rest[n+int(size):]
	case fixed32:
		if len(r.rest) < 4 {
			return r.fail()
		}
		r.value = uint64(binary.LittleEndian.Uint32(r.rest))
		r.rest = r.rest[4:]
	default:
		return r.fail()
	}
	return true
}

func (r *reader) fail() bool {
	r.bad = true
	return false
}

// uvarint is binary.Uvarint with its one-byte case in front.
func uvarint(b []byte) (uint64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

// view returns b as a string that shares its memory. Every b that is viewed is
// a part of a journal record or of a decoder's arena: the first is never
// changed after it was read, the second never after the part was viewed.
func view(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}
