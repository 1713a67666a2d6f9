package collector

import (
	"unicode/utf8"

	"throughline/lineage"
)

// shape is what a JSON text holds, as far as it can be told without a parser.
type shape struct {
	values   int // all, at any depth; never less than there are
	elements int // of the outermost array or object
}

// jsonShape bounds what a parser of the same text would allocate, before one is
// let near it: it counts values and nesting without allocating. Whether the
// text is JSON at all is the parser's to say.
func jsonShape(text []byte, maxDepth, maxValues int) (shape, error) {
	const op = "scan JSON"
	if !utf8.Valid(text) {
		return shape{}, lineage.Errorf(lineage.Invalid, op, "byte %d is not UTF-8", firstInvalid(text))
	}
	s, depth := shape{values: 1, elements: 1}, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			s.values++
			if depth++; depth > maxDepth {
				return shape{}, lineage.Errorf(lineage.Invalid, op, "it is nested more than %d deep at byte %d", maxDepth, i)
			}
		case '}', ']':
			depth--
		case ',':
			s.values++
			if depth == 1 {
				s.elements++
			}
		}
		if s.values > maxValues {
			return shape{}, lineage.Errorf(lineage.TooLarge, op, "it has more than %d values: send smaller batches", maxValues)
		}
	}
	return s, nil
}

func firstInvalid(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
