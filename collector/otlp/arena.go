package otlp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
)

// arena is where text is built that is not in the request as it stands. Strings
// that were cut from it stay good: it only ever grows past them.
type arena struct {
	buf   []byte
	start int
}

// chunk is how much an arena takes at a time.
const chunk = 64 << 10

// begin starts a text.
func (a *arena) begin() {
	if cap(a.buf)-len(a.buf) < chunk/16 {
		a.buf = make([]byte, 0, chunk)
	}
	a.start = len(a.buf)
}

// end returns the text since begin.
func (a *arena) end() string { return view(a.buf[a.start:]) }

func (a *arena) raw(s string) { a.buf = append(a.buf, s...) }

func (a *arena) byte(b byte) { a.buf = append(a.buf, b) }

func (a *arena) uint(n uint64) { a.buf = strconv.AppendUint(a.buf, n, 10) }

func (a *arena) hex(b []byte) {
	const digits = "0123456789abcdef"
	for _, c := range b {
		a.buf = append(a.buf, digits[c>>4], digits[c&15])
	}
}

// plain tells the bytes that a JSON string holds as they are.
var plain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return table
}()

// quote appends s as a JSON string.
func (a *arena) quote(s []byte) {
	const digits = "0123456789abcdef"
	a.buf = append(a.buf, '"')
	from := 0
	for i, c := range s {
		if plain[c] {
			continue
		}
		a.buf = append(a.buf, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			a.buf = append(a.buf, '\\', c)
		case '\n':
			a.buf = append(a.buf, '\\', 'n')
		case '\r':
			a.buf = append(a.buf, '\\', 'r')
		case '\t':
			a.buf = append(a.buf, '\\', 't')
		default:
			a.buf = append(a.buf, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	a.buf = append(append(a.buf, s[from:]...), '"')
}

// quoteValue appends an AnyValue as a JSON string of what the OpenTelemetry
// ClickHouse exporter writes, which is what pdata's Value.AsString gives. Only
// lists and maps allocate.
func (a *arena) quoteValue(body []byte) {
	a.byte('"')
	start := len(a.buf)
	for r := (reader{rest: body}); r.next(); {
		a.buf = a.buf[:start] // the last of a oneof wins
		switch r.num {
		case 1:
			a.buf = a.buf[:start-1]
			a.quote(r.data)
			a.buf = a.buf[:len(a.buf)-1]
		case 2:
			a.buf = strconv.AppendBool(a.buf, r.value != 0)
		case 3:
			a.buf = strconv.AppendInt(a.buf, int64(r.value), 10)
		case 4:
			a.buf = appendFloat(a.buf, math.Float64frombits(r.value))
		case 7:
			a.buf = base64.StdEncoding.AppendEncode(a.buf, r.data)
		case 5, 6:
			text := marshal(asAny(body))
			a.buf = a.buf[:start-1]
			a.quote(text)
			a.buf = a.buf[:len(a.buf)-1]
		}
	}
	a.byte('"')
}

// asText returns an AnyValue as quoteValue writes it, without the quotes.
func asText(body []byte) []byte {
	var last []byte
	for r := (reader{rest: body}); r.next(); {
		switch r.num {
		case 1:
			last = r.data
		case 2:
			last = strconv.AppendBool(nil, r.value != 0)
		case 3:
			last = strconv.AppendInt(nil, int64(r.value), 10)
		case 4:
			last = appendFloat(nil, math.Float64frombits(r.value))
		case 7:
			last = base64.StdEncoding.AppendEncode(nil, r.data)
		case 5, 6:
			last = marshal(asAny(body))
		}
	}
	return last
}

// appendFloat writes a double as encoding/json does, and NaN and the
// infinities as pdata does.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && (dst[n-3] == '-' || dst[n-3] == '+') && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// marshal writes a list or map of values.
func marshal(v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil // a NaN inside a list: pdata gives nothing either
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// asAny decodes an AnyValue that holds others, for encoding/json.
func asAny(body []byte) any {
	var v any
	r := reader{rest: body}
	for r.next() {
		switch r.num {
		case 1:
			v = string(r.data)
		case 2:
			v = r.value != 0
		case 3:
			v = int64(r.value)
		case 4:
			v = math.Float64frombits(r.value)
		case 5:
			list := []any{}
			for item := (reader{rest: r.data}); item.next(); {
				if item.num == 1 {
					list = append(list, asAny(item.data))
				}
			}
			v = list
		case 6:
			pairs := map[string]any{}
			for item := (reader{rest: r.data}); item.next(); {
				if item.num == 1 {
					key, value := pair(item.data)
					pairs[string(key)] = asAny(value)
				}
			}
			v = pairs
		case 7:
			v = append([]byte(nil), r.data...) // no bytes are null, as with pdata
		}
	}
	return v
}

func pair(body []byte) (key, value []byte) {
	for r := (reader{rest: body}); r.next(); {
		switch r.num {
		case 1:
			key = r.data
		case 2:
			value = r.data
		}
	}
	return key, value
}
