package lineage

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// What encoding/json has found valid needs no second look: here it is taken apart
// where it lies, without a copy. Nothing of this checks its input.

// validJSON is JSON that was found valid.
type validJSON interface{ ~string | ~[]byte }

// rawMembers are the names, still quoted, and values of a JSON object.
func rawMembers[T validJSON](object T) iter.Seq2[T, T] {
	return func(yield func(name, value T) bool) {
		for at := blanks(object, 1); object[at] != '}'; {
			name := object[at:past(object, at)]
			at = blanks(object, at+len(name))
			at = blanks(object, at+1) // the colon
			value := object[at:past(object, at)]
			if !yield(name, value) {
				return
			}
			if at = blanks(object, at+len(value)); object[at] == ',' {
				at = blanks(object, at+1)
			}
		}
	}
}

// rawItems are the values of a JSON array.
func rawItems(array []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		for at := blanks(array, 1); array[at] != ']'; {
			value := array[at:past(array, at)]
			if !yield(value) {
				return
			}
			if at = blanks(array, at+len(value)); array[at] == ',' {
				at = blanks(array, at+1)
			}
		}
	}
}

// blanks returns the place of the first sign from at on that is no white space.
func blanks[T validJSON](raw T, at int) int {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\t' || raw[at] == '\r') {
		at++
	}
	return at
}

// past returns the place behind the value that begins at a place.
func past[T validJSON](raw T, at int) int {
	switch raw[at] {
	case '"':
		return pastText(raw, at)
	case '{', '[':
		for depth := 0; ; at++ {
			switch raw[at] {
			case '"':
				at = pastText(raw, at) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return at + 1
				}
			}
		}
	}
	for at < len(raw) {
		switch raw[at] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return at
		}
		at++
	}
	return at
}

func pastText[T validJSON](raw T, at int) int {
	for at++; raw[at] != '"'; at++ {
		if raw[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// plainText is a JSON string as text. It is false for what is none, and for one with
// an escape or that is not UTF-8, which is left to encoding/json.
func plainText(raw []byte) (string, bool) {
	if raw[0] != '"' || bytes.IndexByte(raw, '\\') >= 0 || !utf8.Valid(raw) {
		return "", false
	}
	return string(raw[1 : len(raw)-1]), true
}

// rawObject is a JSON object by its names, of which the last counts; nil: it is none.
func rawObject(raw json.RawMessage) map[string]json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	object := make(map[string]json.RawMessage)
	for name, value := range rawMembers(raw) {
		text, ok := plainText(name)
		if !ok && json.Unmarshal(name, &text) != nil {
			continue
		}
		object[text] = value
	}
	return object
}
