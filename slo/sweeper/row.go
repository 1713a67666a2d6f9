package sweeper

import (
	"crypto/sha256"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// row is what the ledger keeps of one key: its clock, and while that is not open, what
// is told of its subject. What is told of an open one is told again after a start.
type row struct {
	key   slo.Key
	body  string // of the clock; empty: there is none
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
		r.body = body(c)
	}
	if c == nil || !c.Open() {
		for _, p := range h.parts {
			r.parts = append(r.parts, rowPart{p.by.ref, p.raw})
		}
	}
	return r
}

// empty tells whether there is nothing to keep.
func (r *row) empty() bool { return r.body == "" && len(r.parts) == 0 }

// clock is the clock of a row, if it has one.
func (r *row) clock() *slo.Clock {
	if r == nil || r.body == "" {
		return nil
	}
	c := clockOf(r.key, r.body)
	return &c
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

// readRow reads a row. All of it is checked, so that it may be taken as it is later.
func readRow(raw []byte) (*row, error) {
	r := unseal(raw)
	flags := r.byte()
	out := &row{key: slo.Key{SLA: r.word(), Subject: r.object()}}
	if flags&flagClock != 0 {
		out.body = r.text()
		b := reading{rest: out.body}
		b.clock(out.key)
		r.bad = r.bad || b.err() != nil
	}
	if flags&flagTold != 0 {
		out.since, out.told = r.time(), r.number()
		for range r.count() {
			p := rowPart{lineage.ExecutionRef{Flow: r.word(), Anchor: r.same(out.key.Subject)}, r.text()}
			b := reading{rest: p.raw}
			b.part()
			r.bad = r.bad || b.err() != nil
			out.parts = append(out.parts, p)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// signs are the entries by which a row is found: by its executions, and by the other
// names of its subject.
func (r *row) signs() (members, names [][]byte) {
	if r == nil {
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
