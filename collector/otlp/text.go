package otlp

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendQuoted appends UTF-8 text as a JSON string, letter for letter as
// encoding/json does without HTML escapes.
func appendQuoted(dst, s []byte) []byte {
	if !plain(s) {
		return appendEscaped(dst, s)
	}
	dst = slices.Grow(dst, len(s)+2)
	n := len(dst)
	dst = dst[:n+len(s)+2]
	dst[n] = '"'
	copy(dst[n+1:], s)
	dst[len(dst)-1] = '"'
	return dst
}

// plain tells whether a JSON string holds s as it is: ASCII without control
// characters, quotes and backslashes. It looks at eight bytes at a time.
func plain(s []byte) bool {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	if len(s) < 8 {
		for _, c := range s {
			if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
				return false
			}
		}
		return true
	}
	for i := 0; ; i += 8 {
		last := i+8 >= len(s)
		if last {
			i = len(s) - 8 // it overlaps what was looked at
		}
		w := binary.LittleEndian.Uint64(s[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		// A byte below n sets its high bit in w - n·ones, if its own is clear.
		if (w|(w-ones*' ')|(quote-ones)|(slash-ones))&high != 0 {
			return false
		}
		if last {
			return true
		}
	}
}

// longText is from where on a text is measured first, so that a long one with
// many escapes is not copied again and again while it grows.
const longText = 4 << 10

// escapedSize is at least as many bytes as appendEscaped appends.
func escapedSize(s []byte) int {
	n := len(s) + 2
	for _, c := range s {
		switch {
		case c < ' ':
			n += 5
		case c == '"' || c == '\\':
			n++
		case c == 0xe2: // a line separator may begin here
			n += 3
		}
	}
	return n
}

func appendEscaped(dst, s []byte) []byte {
	const hex = "0123456789abcdef"
	if len(s) > longText {
		dst = slices.Grow(dst, escapedSize(s))
	}
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(s[i:])
			if r == '\u2028' || r == '\u2029' {
				dst = append(dst, s[from:i]...)
				dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&15])
				from = i + n
			}
			i += n
			continue
		}
		i++
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i-1]...)
		from = i
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// appendDouble appends a double as pdata and encoding/json write it, which is
// as JavaScript does.
func appendDouble(dst []byte, f float64) []byte {
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
	// e-09 is written e-9.
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// appendHex appends the digits of an id, and nothing for one that is all zero.
func appendHex(dst, id []byte) []byte {
	const hex = "0123456789abcdef"
	for _, c := range id {
		if c == 0 {
			continue
		}
		for _, c := range id {
			dst = append(dst, hex[c>>4], hex[c&15])
		}
		break
	}
	return dst
}
