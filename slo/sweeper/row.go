package sweeper

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// row is what the ledger keeps of one key: its clock, and what is told of its subject. It
// is written once the clock is judged by that, so that a start need not judge it again.
type row struct {
	key   slo.Key
	body  string    // of the clock; empty: there is none
	is    slo.Clock // what that says
	since time.Time
	told  uint64 // by which telling; one of another is void
	parts []rowPart
}

// rowPart is what an execution says.
type rowPart struct {
	ref lineage.ExecutionRef
	raw string
}

// The flags of a row.
const (
	flagClock byte = 1 << iota
	flagTold
)

// id is what the ledger knows a key by. An id of an object may be longer than a key of
// the file may be, and hold any sign.
type id [16]byte

func idOf(k slo.Key) id {
	w := make(wire, 0, 128)
	w.text(k.SLA)
	w.object(k.Subject)
	sum := sha256.Sum256(w)
	return id(sum[:len(id{})])
}

// refID is what the ledger knows an execution by.
func refID(ref lineage.ExecutionRef) []byte {
	i := idOf(slo.Key{SLA: ref.Flow, Subject: ref.Anchor})
	return i[:8]
}

// row is what is to be kept of a key with a clock; nil: it has none.
func (h *held) row(c *slo.Clock, telling uint64) *row {
	r := &row{key: h.key, since: h.since, told: telling}
	if c != nil {
		r.body, r.is = body(c), *c
	}
	for _, p := range h.parts {
		r.parts = append(r.parts, rowPart{p.by.ref, p.raw})
	}
	return r
}

// void takes away what was told before all was told anew.
func (r *row) void(now telling) {
	if r.told != now.number {
		r.parts = r.parts[:0]
	}
}

// empty tells whether there is nothing to keep.
func (r *row) empty() bool { return r.body == "" && len(r.parts) == 0 }

// clock is the clock of a row, if it has one.
func (r *row) clock() *slo.Clock {
	if r == nil || r.body == "" {
		return nil
	}
	return &r.is
}

// write writes a row.
func (r *row) write() []byte {
	w := append(make(wire, 0, 256), compact, bit(r.body != "", flagClock)|bit(len(r.parts) > 0, flagTold))
	w.text(r.key.SLA)
	w.object(r.key.Subject)
	if r.body != "" {
		w.text(r.body)
	}
	if len(r.parts) > 0 {
		w.time(r.since)
		w.number(r.told)
		w.number(uint64(len(r.parts)))
		for _, p := range r.parts {
			w.text(p.ref.Flow)
			w.same(p.ref.Anchor, r.key.Subject)
			w.text(p.raw)
		}
	}
	return w.sealed()
}

// readRowAt reads the row of an id.
func readRowAt(at, raw []byte) (*row, error) {
	r := new(row)
	return r, r.read(at, raw)
}

// read reads the row of an id, into the room of another one. All of it is checked, so that
// it may be taken as it is later.
func (r *row) read(at, raw []byte) error {
	in := unseal(raw)
	flags := in.byte()
	*r = row{key: slo.Key{SLA: in.word(), Subject: in.object()}, parts: r.parts[:0]}
	if flags&flagClock != 0 {
		r.body = in.text()
		b := reading{rest: r.body}
		r.is = b.clock(r.key)
		in.bad = in.bad || b.err() != nil
	}
	if flags&flagTold != 0 {
		r.since, r.told = in.time(), in.number()
		for range in.count() {
			p := rowPart{lineage.ExecutionRef{Flow: in.word(), Anchor: in.same(r.key.Subject)}, in.text()}
			b := reading{rest: p.raw}
			b.part()
			in.bad = in.bad || b.err() != nil
			r.parts = append(r.parts, p)
		}
	}
	if is := idOf(r.key); in.err() != nil || !bytes.Equal(is[:], at) {
		return errDamaged
	}
	return nil
}

// signs are the entries by which a row is found: by its executions, and by the other
// names of its subject. One whose clock is open has none: memory has it.
func (r *row) signs(open bool) (members, names [][]byte) {
	if r == nil || open {
		return nil, nil
	}
	self := idOf(r.key)
	for _, p := range r.parts {
		members = append(members, slices.Concat(refID(p.ref), self[:]))
		for _, a := range (&said{raw: p.raw}).aliases() {
			other := idOf(slo.Key{SLA: r.key.SLA, Subject: a})
			names = append(names, slices.Concat(other[:8], self[:]))
		}
	}
	return members, names
}
