package otlp

import "strconv"

// events returns a span's events: [{"t":unix ns,"name":…,"attrs":{…}}].
func (d *Decoder) events(span []byte) (string, bool) {
	dst := append(d.arena.begin(len(span)+64), '[')
	ok := each(span, spanEvents, func(_ int, raw []byte) bool {
		var ok bool
		dst, ok = d.appendEvent(dst, raw)
		return ok
	})
	return d.arena.end(append(dst, ']')), ok
}

func (d *Decoder) appendEvent(dst, raw []byte) ([]byte, bool) {
	const (
		timeTag = 1<<3 | fixed64Type
		nameTag = 2<<3 | bytesType
	)
	var at uint64
	var name []byte
	for i := 0; i < len(raw); {
		var tag uint64
		if tag, i = varint(raw, i); i < 0 {
			return dst, false
		}
		switch tag {
		case timeTag:
			at, i = fixed64(raw, i)
		case nameTag:
			name, i = chunk(raw, i)
		default:
			i = skip(raw, i, tag)
		}
		if i < 0 {
			return dst, false
		}
	}
	dst = append(comma(dst), `{"t":`...)
	dst = strconv.AppendUint(dst, at, 10)
	dst = append(dst, `,"name":`...)
	dst = appendQuoted(dst, name)
	dst = append(dst, `,"attrs":{`...)
	dst, ok := d.appendAttributes(dst, raw, attributesOfEvent, false)
	return append(dst, '}', '}'), ok
}
