package sweeper

import (
	"encoding/binary"
	"errors"
	"time"
	"unique"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// errDamaged is of bytes that are not what was written.
var errDamaged = errors.New("it is not as it was written")

// compact is the first byte of what is written compactly; what was written as JSON
// begins with a brace.
const compact = 2

// wire is a record as it is written: numbers as varints, strings after their length.
type wire []byte

func (w *wire) number(n uint64) { *w = binary.AppendUvarint(*w, n) }

func (w *wire) signed(n int64) { *w = binary.AppendVarint(*w, n) }

func (w *wire) text(s string) {
	w.number(uint64(len(s)))
	*w = append(*w, s...)
}

// time writes a moment to the nanosecond. What year it may be is not limited: sources
// send anything. The zero time has nanoseconds that no other has.
func (w *wire) time(t time.Time) {
	if t.IsZero() {
		w.number(zeroNanos)
		return
	}
	w.number(uint64(t.Nanosecond()))
	w.signed(t.Unix())
}

const zeroNanos = 1_000_000_000

func (w *wire) object(o lineage.Object) {
	w.text(o.Type)
	w.text(o.System)
	w.text(o.Scope)
	w.text(o.ID)
}

// same writes an object that mostly is another one.
func (w *wire) same(o, as lineage.Object) {
	if o == as {
		*w = append(*w, 1)
		return
	}
	*w = append(*w, 0)
	w.object(o)
}

func (w *wire) money(m lineage.Money) {
	w.text(m.Currency)
	w.signed(m.Minor)
}

// sealed is the record with a checksum: bbolt takes its pages as they are.
func (w *wire) sealed() []byte {
	return binary.LittleEndian.AppendUint32(*w, uint32(xxhash.Sum64(*w)))
}

// reading takes a record apart. After the first thing that makes no sense it yields
// nothing but zero values, and bad is set.
type reading struct {
	rest string
	bad  bool
}

// unseal begins to read a record with a checksum.
func unseal(raw []byte) reading {
	n := len(raw) - 4
	if n < 1 || binary.LittleEndian.Uint32(raw[n:]) != uint32(xxhash.Sum64(raw[:n])) || raw[0] != compact {
		return reading{bad: true}
	}
	return reading{rest: string(raw[1:n])}
}

// err is errDamaged unless all was read and made sense.
func (r *reading) err() error {
	if r.bad || r.rest != "" {
		return errDamaged
	}
	return nil
}

func (r *reading) fail() uint64 {
	r.rest, r.bad = "", true
	return 0
}

func (r *reading) number() (n uint64) {
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	return r.fail()
}

func (r *reading) signed() int64 {
	n := r.number()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *reading) byte() byte {
	if r.rest == "" {
		return byte(r.fail())
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reading) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

// word is a text that is one of few: it is there once in memory.
func (r *reading) word() string { return unique.Make(r.text()).Value() }

func (r *reading) time() time.Time {
	nanos := r.number()
	if nanos >= zeroNanos {
		return time.Time{}
	}
	return time.Unix(r.signed(), int64(nanos)).UTC()
}

func (r *reading) object() lineage.Object {
	return lineage.Object{Type: r.word(), System: r.word(), Scope: r.word(), ID: r.text()}
}

func (r *reading) same(as lineage.Object) lineage.Object {
	if r.byte() == 1 {
		return as
	}
	return r.object()
}

func (r *reading) money() lineage.Money {
	currency := r.text()
	return lineage.Money{Currency: currency, Minor: r.signed()}
}

// count is how many of something follow: no more than there are bytes left.
func (r *reading) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		return int(r.fail())
	}
	return int(n)
}
