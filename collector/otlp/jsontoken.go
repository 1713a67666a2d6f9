package otlp

import (
	"bytes"
	"unicode/utf8"
)

// str checks a string and returns what stands between its quotes.
func (c *checker) str() ([]byte, *fault) {
	c.at++
	from := c.at
	for c.at < len(c.text) {
		switch b := c.text[c.at]; {
		case b == '"':
			s := c.text[from:c.at]
			c.at++
			if c.mixed && !utf8.Valid(s) {
				return nil, invalid("is not UTF-8 at byte %d", from+firstInvalid(s))
			}
			return s, nil
		case b == '\\':
			if f := c.escape(); f != nil {
				return nil, f
			}
		case b < ' ':
			return nil, c.stray()
		default:
			c.at++
		}
	}
	return nil, c.stray()
}

func (c *checker) escape() *fault {
	if c.at+1 >= len(c.text) {
		c.at = len(c.text)
		return c.stray()
	}
	switch c.text[c.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.at += 2
		return nil
	case 'u':
	default:
		return c.stray()
	}
	at := c.at
	first, ok := c.unit()
	if !ok {
		return c.stray()
	}
	if first < 0xd800 || first > 0xdfff {
		return nil
	}
	if first < 0xdc00 && bytes.HasPrefix(c.text[c.at:], []byte(`\u`)) {
		if second, ok := c.unit(); ok && second >= 0xdc00 && second <= 0xdfff {
			return nil
		}
	}
	return invalid("has half a surrogate pair at byte %d", at)
}

// unit reads an escape of four hexadecimal digits, whose \u is there.
func (c *checker) unit() (rune, bool) {
	if c.at+6 > len(c.text) {
		return 0, false
	}
	var r rune
	for _, b := range c.text[c.at+2 : c.at+6] {
		d := hexDigit(b)
		if d < 0 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	c.at += 6
	return r, true
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= b && b <= 'f':
		return int(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return int(b-'A') + 10
	default:
		return -1
	}
}

func (c *checker) number() *fault {
	if c.peek() == '-' {
		c.at++
	}
	if c.peek() == '0' {
		c.at++
	} else if !c.digits() {
		return c.stray()
	}
	if c.peek() == '.' {
		c.at++
		if !c.digits() {
			return c.stray()
		}
	}
	if b := c.peek(); b == 'e' || b == 'E' {
		c.at++
		if b := c.peek(); b == '+' || b == '-' {
			c.at++
		}
		if !c.digits() {
			return c.stray()
		}
	}
	return nil
}

func (c *checker) digits() bool {
	from := c.at
	for c.at < len(c.text) && '0' <= c.text[c.at] && c.text[c.at] <= '9' {
		c.at++
	}
	return c.at > from
}

func (c *checker) word() *fault {
	for _, w := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(c.text[c.at:], []byte(w)) {
			c.at += len(w)
			return nil
		}
	}
	return c.stray()
}
