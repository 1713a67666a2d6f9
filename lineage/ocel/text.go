package ocel

import (
	"io"
	"unicode/utf8"

	"throughline/lineage"
)

// text reads UTF-8 up to a limit. The JSON decoder would put U+FFFD for every byte
// that is none, and an id would become another without a word.
type text struct {
	from io.Reader
	left int64
	part []byte // the beginning of a character that the last read cut
	past int64  // bytes that were read before
}

func (t *text) Read(p []byte) (int, error) {
	if t.left <= 0 {
		var one [1]byte
		if n, _ := t.from.Read(one[:]); n == 0 {
			return 0, io.EOF
		}
		return 0, lineage.Errorf(lineage.TooLarge, "read OCEL", "the log has more than %d bytes, which is the most that is taken", t.past)
	}
	if int64(len(p)) > t.left {
		p = p[:t.left]
	}
	n, err := t.from.Read(p)
	t.left -= int64(n)
	if at, ok := t.valid(p[:n]); !ok {
		return 0, lineage.Errorf(lineage.Invalid, "read OCEL", "byte %d is not UTF-8; save the log as UTF-8", at)
	}
	t.past += int64(n)
	if err == io.EOF && len(t.part) > 0 {
		return 0, lineage.Errorf(lineage.Invalid, "read OCEL", "the file ends in the middle of a character, at byte %d", t.past)
	}
	return n, err
}

// valid tells whether p goes on as UTF-8, and where it does not.
func (t *text) valid(p []byte) (at int64, ok bool) {
	from := t.past - int64(len(t.part))
	for len(t.part) > 0 && len(p) > 0 {
		t.part, p = append(t.part, p[0]), p[1:]
		if utf8.FullRune(t.part) {
			if r, size := utf8.DecodeRune(t.part); r == utf8.RuneError && size == 1 {
				return from, false
			}
			from += int64(len(t.part))
			t.part = t.part[:0]
		}
	}
	if len(t.part) > 0 {
		return 0, true
	}
	if utf8.Valid(p) {
		return 0, true
	}
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			if !utf8.FullRune(p[i:]) {
				t.part = append(t.part, p[i:]...)
				return 0, true
			}
			return from + int64(i), false
		}
		i += size
	}
	return 0, true
}
