package otlp

// links returns a span's links: [{"trace":hex,"span":hex,"state":…,"attrs":{…}}].
// An id that is absent or all zero is "".
func (d *Decoder) links(span []byte) (string, bool) {
	dst := append(d.arena.begin(len(span)+128), '[')
	ok := each(span, spanLinks, func(_ int, raw []byte) bool {
		var ok bool
		dst, ok = d.appendLink(dst, raw)
		return ok
	})
	return d.arena.end(append(dst, ']')), ok
}

func (d *Decoder) appendLink(dst, raw []byte) ([]byte, bool) {
	const (
		traceTag = 1<<3 | bytesType
		spanTag  = 2<<3 | bytesType
		stateTag = 3<<3 | bytesType
	)
	var trace, span, state []byte
	for i := 0; i < len(raw); {
		var tag uint64
		if tag, i = varint(raw, i); i < 0 {
			return dst, false
		}
		switch tag {
		case traceTag:
			trace, i = chunk(raw, i)
		case spanTag:
			span, i = chunk(raw, i)
		case stateTag:
			state, i = chunk(raw, i)
		default:
			i = skip(raw, i, tag)
		}
		if i < 0 {
			return dst, false
		}
	}
	dst = append(comma(dst), `{"trace":"`...)
	dst = appendHex(dst, trace)
	dst = append(dst, `","span":"`...)
	dst = appendHex(dst, span)
	dst = append(dst, `","state":`...)
	dst = appendQuoted(dst, state)
	dst = append(dst, `,"attrs":{`...)
	dst, ok := d.appendAttributes(dst, raw, attributesOfLink, false)
	return append(dst, '}', '}'), ok
}
