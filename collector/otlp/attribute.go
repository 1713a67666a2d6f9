package otlp

// The tags that attributes stand under, and what a scope tells of itself.
const (
	attributesOfResource = 1<<3 | bytesType
	attributesOfScope    = 3<<3 | bytesType
	attributesOfSpan     = 9<<3 | bytesType
	attributesOfEvent    = 3<<3 | bytesType
	attributesOfLink     = 4<<3 | bytesType
	attributesOfRecord   = 6<<3 | bytesType
	nameOfScope          = 1<<3 | bytesType
	versionOfScope       = 2<<3 | bytesType
)

// attributes returns the KeyValues that stand under a tag as a JSON object of
// strings, and notes those of business.
func (d *Decoder) attributes(raw []byte, tag uint64) (string, bool) {
	dst := append(d.arena.begin(len(raw)+64), '{')
	dst, ok := d.appendAttributes(dst, raw, tag, true)
	return d.arena.end(append(dst, '}')), ok
}

// appendAttributes appends the members of such an object.
func (d *Decoder) appendAttributes(dst, raw []byte, tag uint64, ofBusiness bool) ([]byte, bool) {
	for i := 0; i < len(raw); {
		t := uint64(raw[i])
		if i++; t >= 0x80 { // varint, but inlined: this loop sees every field
			if t, i = longVarint(raw, i-1); i < 0 {
				return dst, false
			}
		}
		if t != tag {
			if i = skip(raw, i, t); i < 0 {
				return dst, false
			}
			continue
		}
		one, next := chunk(raw, i)
		if i = next; i < 0 {
			return dst, false
		}
		var ok bool
		if dst, ok = d.appendAttribute(dst, one, ofBusiness); !ok {
			return dst, false
		}
	}
	return dst, true
}

// appendAttribute appends one KeyValue as a member of an object, and notes its
// value if it is of business and the catalogue wants it. Values are strings, as
// in the exporter's maps. Like those, the object keeps a key that comes twice; a
// reader takes the first.
func (d *Decoder) appendAttribute(dst, raw []byte, ofBusiness bool) ([]byte, bool) {
	if key, val, ok := split(raw); ok {
		if text, ok := shortString(val); ok {
			dst = append(appendQuoted(comma(dst), key), ':')
			dst = appendQuoted(dst, text)
			if ofBusiness && d.wanted.sieve[mesh(key)] {
				d.wanted.note(key, text)
			}
			return dst, true
		}
	}
	v := &d.value
	key, ok := pair(raw, v)
	if !ok {
		return dst, false
	}
	dst = append(appendQuoted(comma(dst), key), ':')
	if dst, ok = d.appendQuotedValue(dst, v); ok && ofBusiness && d.wanted.sieve[mesh(key)] {
		d.scratch, ok = d.appendValue(d.scratch[:0], v)
		d.wanted.note(key, d.scratch)
	}
	return dst, ok
}
