package otlp

import "encoding/binary"

// The wire types of protobuf.
const (
	varintType  = 0
	fixed64Type = 1
	bytesType   = 2
	fixed32Type = 5
)

// The readers below take the position to read at and return the one behind what
// was read. A negative position says that the bytes do not hold it.

// broken is that position.
const broken = -1

// varint reads a number.
func varint(b []byte, i int) (uint64, int) {
	if i < len(b) && b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	return longVarint(b, i)
}

func longVarint(b []byte, i int) (uint64, int) {
	v, n := binary.Uvarint(b[i:])
	if n <= 0 {
		return 0, broken
	}
	return v, i + n
}

// chunk reads a length and as many bytes.
func chunk(b []byte, i int) ([]byte, int) {
	if i < len(b) {
		if end := i + 1 + int(b[i]); b[i] < 0x80 && end <= len(b) {
			return b[i+1 : end : end], end
		}
	}
	return longChunk(b, i)
}

func longChunk(b []byte, i int) ([]byte, int) {
	n, i := longVarint(b, i)
	if i < 0 || n > uint64(len(b)-i) {
		return nil, broken
	}
	end := i + int(n)
	return b[i:end:end], end
}

func fixed64(b []byte, i int) (uint64, int) {
	if len(b)-i < 8 {
		return 0, broken
	}
	return binary.LittleEndian.Uint64(b[i:]), i + 8
}

func fixed32(b []byte, i int) (uint32, int) {
	if len(b)-i < 4 {
		return 0, broken
	}
	return binary.LittleEndian.Uint32(b[i:]), i + 4
}

// skip passes over the value of a field that is not looked into. Groups, which
// protobuf gave up long before OTLP began, count as broken.
func skip(b []byte, i int, tag uint64) int {
	switch tag & 7 {
	case varintType:
		_, i = varint(b, i)
	case fixed64Type:
		_, i = fixed64(b, i)
	case bytesType:
		_, i = chunk(b, i)
	case fixed32Type:
		_, i = fixed32(b, i)
	default:
		return broken
	}
	return i
}
