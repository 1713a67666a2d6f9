package lineage

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// record is an event as the graph keeps it: what it names by number, and no more
// than the rules and the pages need. Its bytes and lists are shared
// and valid until the next read into it.
type record struct {
	time, recorded, ingested time.Time

	kind     EventKind
	source   int32 // words
	typ      int32
	stage    int32
	contract int32
	outcome  int32
	hash     uint64
	attempt  int
	answer   int
	amount   recordAmount
	id       []byte
	reason   []byte

	correlation int32 // claims; -1: none
	trace       int32
	cause       int32 // beads; see chain.go
	own         int32
	links       []int32 // traces that a span links to
	span        SpanID

	refs       []recordRef
	relations  []recordRelation
	equalities []recordEquality
}

type recordRef struct {
	node   int32
	role   int32 // word
	amount recordAmount
}

type recordRelation struct {
	from, to  int32
	qualifier int32 // word
	amount    recordAmount
}

// recordAmount is money with its currency as a word; 0: none was told.
type recordAmount struct {
	minor    int64
	currency int32
}

type recordEquality struct {
	a, b     int32
	priority int
}

// happened is the time that rules go by; see Event.Happened.
func (r *record) happened() time.Time {
	if !r.ingested.IsZero() && r.ingested.Before(r.time) {
		return r.ingested
	}
	return r.time
}

// subject returns the node that the event is about, of whatever class, or -1.
func (r *record) subject() int32 {
	for _, ref := range r.refs {
		if ref.role == wordSubject {
			return ref.node
		}
	}
	return -1
}

// append writes a record behind b. It begins with what sorting needs: the time,
// its claims, the source and the id.
func (r *record) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(r.time.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(r.time.Nanosecond()))
	for _, claim := range [...]int32{r.correlation, r.trace, r.cause, r.own} {
		b = binary.LittleEndian.AppendUint32(b, uint32(claim+1))
	}
	b = binary.AppendUvarint(b, uint64(r.source))
	b = appendBytes(b, r.id)
	b = binary.LittleEndian.AppendUint64(b, r.hash)
	b = binary.AppendUvarint(b, uint64(r.kind))
	for _, word := range [...]int32{r.typ, r.stage, r.contract, r.outcome} {
		b = binary.AppendUvarint(b, uint64(word))
	}
	b = appendTime(b, r.recorded, r.time)
	b = appendTime(b, r.ingested, r.time)
	b = binary.AppendUvarint(b, uint64(r.attempt))
	b = binary.AppendUvarint(b, uint64(r.answer))
	b = appendBytes(b, r.reason)
	b = appendAmount(b, r.amount)
	if r.span.IsZero() {
		b = append(b, 0)
	} else {
		b = append(append(b, 1), r.span[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(r.links)))
	for _, trace := range r.links {
		b = binary.AppendUvarint(b, uint64(trace))
	}
	b = binary.AppendUvarint(b, uint64(len(r.refs)))
	for _, ref := range r.refs {
		b = binary.AppendUvarint(b, uint64(ref.node))
		b = binary.AppendUvarint(b, uint64(ref.role))
		b = appendAmount(b, ref.amount)
	}
	b = binary.AppendUvarint(b, uint64(len(r.relations)))
	for _, rel := range r.relations {
		b = binary.AppendUvarint(b, uint64(rel.from))
		b = binary.AppendUvarint(b, uint64(rel.to))
		b = binary.AppendUvarint(b, uint64(rel.qualifier))
		b = appendAmount(b, rel.amount)
	}
	b = binary.AppendUvarint(b, uint64(len(r.equalities)))
	for _, q := range r.equalities {
		b = binary.AppendUvarint(b, uint64(q.a))
		b = binary.AppendUvarint(b, uint64(q.b))
		b = binary.AppendVarint(b, int64(q.priority))
	}
	return b
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendAmount(b []byte, m recordAmount) []byte {
	b = binary.AppendUvarint(b, uint64(m.currency))
	if m.currency != 0 {
		b = binary.AppendVarint(b, m.minor)
	}
	return b
}

// appendTime writes a time by what it differs from another, mostly a little.
func appendTime(b []byte, t, from time.Time) []byte {
	switch {
	case t.IsZero():
		return append(b, 0)
	case t.Equal(from):
		return append(b, 1)
	}
	b = append(b, 2)
	b = binary.AppendVarint(b, t.Unix()-from.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// reader takes a record apart. What it reads was written by append, so that it
// checks nothing.
type reader []byte

func (b *reader) uvarint() uint64 {
	if v := (*b)[0]; v < 0x80 {
		*b = (*b)[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return v
}

func (b *reader) varint() int64 {
	v, n := binary.Varint(*b)
	*b = (*b)[n:]
	return v
}

func (b *reader) number() int32 { return int32(b.uvarint()) }

func (b *reader) bytes() []byte { return b.next(int(b.uvarint())) }

func (b *reader) next(n int) []byte {
	s := (*b)[:n:n]
	*b = (*b)[n:]
	return s
}

func (b *reader) amount() recordAmount {
	currency := b.number()
	if currency == 0 {
		return recordAmount{}
	}
	return recordAmount{b.varint(), currency}
}

func (b *reader) time(from time.Time) time.Time {
	switch b.next(1)[0] {
	case 0:
		return time.Time{}
	case 1:
		return from
	}
	seconds := b.varint()
	return time.Unix(from.Unix()+seconds, int64(b.uvarint())).UTC()
}

func (b *reader) head() time.Time {
	seconds := int64(binary.LittleEndian.Uint64(b.next(8)))
	return time.Unix(seconds, int64(binary.LittleEndian.Uint32(b.next(4)))).UTC()
}

func (b *reader) claim() int32 { return int32(binary.LittleEndian.Uint32(b.next(4))) - 1 }

// read takes apart what append has written.
func (r *record) read(from []byte) {
	b := reader(from)
	r.time = b.head()
	r.correlation, r.trace, r.cause, r.own = b.claim(), b.claim(), b.claim(), b.claim()
	r.source = b.number()
	r.id = b.bytes()
	r.hash = binary.LittleEndian.Uint64(b.next(8))
	r.kind = EventKind(b.uvarint())
	r.typ, r.stage, r.contract, r.outcome = b.number(), b.number(), b.number(), b.number()
	r.recorded, r.ingested = b.time(r.time), b.time(r.time)
	r.attempt, r.answer = int(b.uvarint()), int(b.uvarint())
	r.reason = b.bytes()
	r.amount = b.amount()
	r.span = SpanID{}
	if b.next(1)[0] == 1 {
		copy(r.span[:], b.next(8))
	}
	r.links = r.links[:0]
	for range b.uvarint() {
		r.links = append(r.links, b.number())
	}
	r.refs = r.refs[:0]
	for range b.uvarint() {
		r.refs = append(r.refs, recordRef{b.number(), b.number(), b.amount()})
	}
	r.relations = r.relations[:0]
	for range b.uvarint() {
		r.relations = append(r.relations, recordRelation{b.number(), b.number(), b.number(), b.amount()})
	}
	r.equalities = r.equalities[:0]
	for range b.uvarint() {
		r.equalities = append(r.equalities, recordEquality{b.number(), b.number(), int(b.varint())})
	}
}

// compareEvents orders events by (time, source, id).
func (g *Graph) compareEvents(i, j int32) int {
	if i == j {
		return 0
	}
	a, b := reader(g.slab.bytes(g.events[i])), reader(g.slab.bytes(g.events[j]))
	if c := a.head().Compare(b.head()); c != 0 {
		return c
	}
	a.next(recordClaims)
	b.next(recordClaims)
	if x, y := a.number(), b.number(); x != y {
		return strings.Compare(g.words.names[x], g.words.names[y])
	}
	return bytes.Compare(a.bytes(), b.bytes())
}

func (g *Graph) sortEvents(events []int32) { slices.SortFunc(events, g.compareEvents) }

// Where the claims of a record begin, and how many bytes they are.
const (
	recordTime   = 12
	recordClaims = 16
)

// claimsAt returns the claims of an event; -1 where there is none.
func (g *Graph) claimsAt(at int32) [4]int32 {
	b := reader(g.slab.bytes(g.events[at])[recordTime:])
	correlation, trace := b.claim(), b.claim()
	cause, own := b.claim(), b.claim()
	claims := [4]int32{correlation, trace, -1, g.causation(cause, own)}
	if trace >= 0 {
		claims[2] = g.claims[trace].chain
	}
	return claims
}

// setOwn notes in a record that others were caused by its event.
func setOwn(record []byte, bead int32) {
	binary.LittleEndian.PutUint32(record[recordTime+recordClaims-4:], uint32(bead+1))
}
