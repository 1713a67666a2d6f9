package otlp

import (
	"bytes"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
)

// member is one pair of a key-value list.
type member struct {
	key   []byte
	value anyValue
}

// appendNested appends an array or key-value list as JSON, as pdata has it
// written by encoding/json: keys sorted, of equal keys the last, and nothing at
// all when there is a NaN or an infinity anywhere, which JSON does not have.
// False says that the bytes are not what a scan accepts.
func (d *Decoder) appendNested(dst []byte, v *anyValue) ([]byte, bool) {
	start := len(dst)
	w := writer{dst: dst, members: d.members[:0]}
	w.json(v, deepest)
	d.members = w.members[:0]
	if w.unwritable {
		return w.dst[:start], !w.broken
	}
	return w.dst, !w.broken
}

// writer writes one value as JSON.
type writer struct {
	dst        []byte
	members    []member // of the lists that are open, innermost last
	unwritable bool
	broken     bool
}

func (w *writer) json(v *anyValue, depth int) {
	if depth < 0 {
		w.broken = true
		return
	}
	switch v.tag {
	case stringTag:
		w.dst = appendQuoted(w.dst, v.raw)
	case boolTag:
		w.dst = strconv.AppendBool(w.dst, v.bits != 0)
	case intTag:
		w.dst = strconv.AppendInt(w.dst, int64(v.bits), 10)
	case doubleTag:
		f := math.Float64frombits(v.bits)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			w.unwritable = true
		}
		w.dst = appendDouble(w.dst, f)
	case binaryTag:
		if len(v.raw) == 0 {
			w.dst = append(w.dst, "null"...)
			return
		}
		w.dst = append(w.dst, '"')
		w.dst = base64.StdEncoding.AppendEncode(w.dst, v.raw)
		w.dst = append(w.dst, '"')
	case arrayTag:
		w.array(v.raw, depth)
	case listTag:
		w.object(v.raw, depth)
	default:
		w.dst = append(w.dst, "null"...)
	}
}

func (w *writer) array(b []byte, depth int) {
	w.dst = append(w.dst, '[')
	w.broken = !each(b, elemTag, func(n int, raw []byte) bool {
		var v anyValue
		if n > 0 {
			w.dst = append(w.dst, ',')
		}
		if !v.read(raw) {
			return false
		}
		w.json(&v, depth-1)
		return !w.broken
	}) || w.broken
	w.dst = append(w.dst, ']')
}

func (w *writer) object(b []byte, depth int) {
	from := len(w.members)
	w.broken = !each(b, elemTag, func(_ int, raw []byte) bool {
		var m member
		var ok bool
		m.key, ok = pair(raw, &m.value)
		w.members = append(w.members, m)
		return ok
	}) || w.broken
	to := len(w.members)
	slices.SortStableFunc(w.members[from:], func(a, b member) int { return bytes.Compare(a.key, b.key) })
	w.dst = append(w.dst, '{')
	for i, first := from, true; i < to; i++ {
		m := w.members[i]
		if i+1 < to && bytes.Equal(m.key, w.members[i+1].key) {
			continue
		}
		if !first {
			w.dst = append(w.dst, ',')
		}
		first = false
		w.dst = append(appendQuoted(w.dst, m.key), ':')
		w.json(&m.value, depth-1)
	}
	w.dst = append(w.dst, '}')
	w.members = w.members[:from]
}

// each calls f with the position and the bytes of every field with a tag. False
// says that the bytes are no message or that f said so.
func each(b []byte, want uint64, f func(n int, v []byte) bool) bool {
	n := 0
	for i := 0; i < len(b); {
		var tag uint64
		if tag, i = varint(b, i); i < 0 {
			return false
		}
		if tag != want {
			if i = skip(b, i, tag); i < 0 {
				return false
			}
			continue
		}
		var v []byte
		if v, i = chunk(b, i); i < 0 || !f(n, v) {
			return false
		}
		n++
	}
	return true
}
