package otlp

import (
	"encoding/base64"
	"math"
	"strconv"
)

// anyValue is an AnyValue as it stands on the wire: which of its fields came
// last, and that field's bytes or number.
type anyValue struct {
	tag  uint8 // stringTag, boolTag, …; 0 for a value that is not set
	bits uint64
	raw  []byte
}

// read takes the fields of an AnyValue; of several the last wins, also over
// those of an earlier read, which is how protobuf merges a message that comes twice.
func (v *anyValue) read(b []byte) bool {
	if text, ok := shortString(b); ok {
		v.tag, v.raw = stringTag, text
		return true
	}
	for i := 0; i < len(b); {
		var tag uint64
		if tag, i = varint(b, i); i < 0 {
			return false
		}
		switch tag {
		case stringTag, arrayTag, listTag, binaryTag:
			v.tag = uint8(tag)
			v.raw, i = chunk(b, i)
		case boolTag, intTag:
			v.tag = uint8(tag)
			v.bits, i = varint(b, i)
		case doubleTag:
			v.tag = uint8(tag)
			v.bits, i = fixed64(b, i)
		case indexTag:
			v.tag = 0 // of a profile's string table, which traces and logs have not
			_, i = varint(b, i)
		default:
			i = skip(b, i, tag)
		}
		if i < 0 {
			return false
		}
	}
	return true
}

// appendValue appends what the OpenTelemetry ClickHouse exporter writes for a
// value, pdata's Value.AsString.
func (d *Decoder) appendValue(dst []byte, v *anyValue) ([]byte, bool) {
	switch v.tag {
	case stringTag:
		return append(dst, v.raw...), true
	case boolTag:
		return strconv.AppendBool(dst, v.bits != 0), true
	case intTag:
		return strconv.AppendInt(dst, int64(v.bits), 10), true
	case doubleTag:
		return appendDouble(dst, math.Float64frombits(v.bits)), true
	case binaryTag:
		return base64.StdEncoding.AppendEncode(dst, v.raw), true
	case arrayTag, listTag:
		return d.appendNested(dst, v)
	default:
		return dst, true
	}
}

// appendQuotedValue appends the same as a JSON string.
func (d *Decoder) appendQuotedValue(dst []byte, v *anyValue) ([]byte, bool) {
	switch v.tag {
	case stringTag:
		return appendQuoted(dst, v.raw), true
	case arrayTag, listTag:
		var ok bool
		d.scratch, ok = d.appendNested(d.scratch[:0], v)
		return appendQuoted(dst, d.scratch), ok
	default:
		dst, ok := d.appendValue(append(dst, '"'), v)
		return append(dst, '"'), ok
	}
}
