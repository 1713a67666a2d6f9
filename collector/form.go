package collector

import (
	"encoding/base64"
	"unicode/utf8"
)

// form is how the data of an event is written into JSON.
type form uint8

const (
	asJSON   form = iota + 1 // as it is
	asText                   // as a string
	asBase64                 // in data_base64
)

func (f form) field() string {
	if f == asBase64 {
		return "data_base64"
	}
	return "data"
}

// size is how many bytes write appends.
func (f form) size(body []byte) int {
	switch f {
	case asText:
		return quotedSize(body)
	case asBase64:
		return base64.StdEncoding.EncodedLen(len(body)) + 2
	default:
		return len(body)
	}
}

func (f form) write(to, body []byte) []byte {
	switch f {
	case asText:
		return appendQuoted(to, body)
	case asBase64:
		return append(base64.StdEncoding.AppendEncode(append(to, '"'), body), '"')
	default:
		return append(to, body...)
	}
}

const hexDigits = "0123456789abcdef"

// quotedSize is the length of a text as a JSON string.
func quotedSize(text []byte) int {
	size := len(text) + 2
	for _, b := range text {
		switch {
		case b == '"' || b == '\\' || b == '\n' || b == '\r' || b == '\t':
			size++
		case b < ' ':
			size += len(`\u0000`) - 1
		}
	}
	return size
}

// appendQuoted appends a text, which is UTF-8, as a JSON string.
func appendQuoted(to, text []byte) []byte {
	to = append(to, '"')
	from := 0
	for i, b := range text {
		if b >= ' ' && b != '"' && b != '\\' || b >= utf8.RuneSelf {
			continue
		}
		to = append(to, text[from:i]...)
		from = i + 1
		switch b {
		case '"', '\\':
			to = append(to, '\\', b)
		case '\n':
			to = append(to, `\n`...)
		case '\r':
			to = append(to, `\r`...)
		case '\t':
			to = append(to, `\t`...)
		default:
			to = append(append(to, `\u00`...), hexDigits[b>>4], hexDigits[b&15])
		}
	}
	return append(append(to, text[from:]...), '"')
}
