package journal

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"throughline/lineage"
)

// Type says what a record is to its reader.
type Type uint8

// The types of records.
const (
	Data       Type = iota + 1 // a request as a client sent it
	Cut                        // the cut of a block, see package pipeline
	Checkpoint                 // how far blocks are stored, see package pipeline
	Damaged    Type = 255      // never on disk: bytes that the reader could not make sense of
)

// Own is the Source of records that the house writes itself. Of a sender's there is
// always an address.
const Own = "throughline"

// Encoding says how the payload of a data record is written.
type Encoding uint8

// The encodings that the collector takes in.
const (
	Protobuf        Encoding = iota + 1 // OTLP export request, protobuf
	JSON                                // OTLP export request, JSON
	CloudEvent                          // one CloudEvent, structured JSON
	CloudEventBatch                     // a JSON array of CloudEvents
)

// Counts counts items by signal; the index is the lineage.Signal.
type Counts [lineage.Events + 1]uint64

// Record is one entry of a journal. Seq and Before are set by the journal.
type Record struct {
	Seq      uint64
	Type     Type // zero is taken as Data
	Signal   lineage.Signal
	Encoding Encoding
	Items    uint32 // spans, logs or events in the payload, as counted by who took it in
	Tenant   string // at most 255 bytes
	Source   string // who sent it; at most 65,535 bytes
	Ingested time.Time
	Payload  []byte
	Before   Counts // items in all records before this one, since the journal began

	// Lost is set on a Damaged record only: how many records are missing, up to
	// and with Seq. Zero when the bytes held no record that was ever counted.
	Lost uint64
}

// After is Before with the items of r itself.
func (r *Record) After() Counts {
	n := r.Before
	n[r.Signal] += uint64(r.Items)
	return n
}

// A record on disk: a header of headerSize bytes, then tenant, source, payload.
const (
	recordMagic = 0x4c524a54 // "TJRL"
	headerSize  = 68
	offLen      = 4
	offSeq      = 8
	offTime     = 16
	offBefore   = 24
	offItems    = 48
	offType     = 52
	offSignal   = 53
	offEncoding = 54
	offTenant   = 55
	offSource   = 56
	offBodyCRC  = 60
	offHeadCRC  = 64
)

// codec writes and reads records. The salt starts every checksum, so bytes in
// a client's payload cannot pass for a record when the reader has to search.
type codec struct {
	table *crc32.Table
	salt  uint32
	limit int // the largest body that is believed
}

func newCodec(salt uint64, maxRecord int) codec {
	table := crc32.MakeTable(crc32.Castagnoli)
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], salt)
	return codec{table: table, salt: crc32.Checksum(b[:], table), limit: maxRecord + 255 + 65535}
}

func (c codec) sum(b []byte) uint32 { return crc32.Update(c.salt, c.table, b) }

// size is the number of bytes that r takes on disk.
func (c codec) size(r *Record) int64 {
	return int64(headerSize + len(r.Tenant) + len(r.Source) + len(r.Payload))
}

func (c codec) append(dst []byte, r *Record) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, headerSize)...)
	dst = append(dst, r.Tenant...)
	dst = append(dst, r.Source...)
	dst = append(dst, r.Payload...)
	h, body := dst[at:at+headerSize], dst[at+headerSize:]
	binary.LittleEndian.PutUint32(h, recordMagic)
	binary.LittleEndian.PutUint32(h[offLen:], uint32(len(body)))
	binary.LittleEndian.PutUint64(h[offSeq:], r.Seq)
	binary.LittleEndian.PutUint64(h[offTime:], uint64(r.Ingested.UnixNano()))
	putCounts(h[offBefore:], r.Before)
	binary.LittleEndian.PutUint32(h[offItems:], r.Items)
	h[offType], h[offSignal], h[offEncoding] = byte(r.Type), byte(r.Signal), byte(r.Encoding)
	h[offTenant] = byte(len(r.Tenant))
	binary.LittleEndian.PutUint16(h[offSource:], uint16(len(r.Source)))
	binary.LittleEndian.PutUint32(h[offBodyCRC:], c.sum(body))
	binary.LittleEndian.PutUint32(h[offHeadCRC:], c.sum(h[:offHeadCRC]))
	return dst
}

// header tells whether h begins a record, and how long its body is. The body
// may still be damaged.
func (c codec) header(h []byte) (body int, ok bool) {
	if len(h) < headerSize || binary.LittleEndian.Uint32(h) != recordMagic {
		return 0, false
	}
	if binary.LittleEndian.Uint32(h[offHeadCRC:]) != c.sum(h[:offHeadCRC]) {
		return 0, false
	}
	n := int(binary.LittleEndian.Uint32(h[offLen:]))
	names := int(h[offTenant]) + int(binary.LittleEndian.Uint16(h[offSource:]))
	if n > c.limit || names > n || h[offSignal] > byte(lineage.Events) {
		return 0, false
	}
	return n, true
}

// decode reads the record at the start of b, whose header was found good. The
// payload shares b's memory. It reports false for a damaged body.
func (c codec) decode(b []byte, body int) (Record, bool) {
	h, rest := b[:headerSize], b[headerSize:headerSize+body]
	if binary.LittleEndian.Uint32(h[offBodyCRC:]) != c.sum(rest) {
		return Record{}, false
	}
	tenant := int(h[offTenant])
	names := tenant + int(binary.LittleEndian.Uint16(h[offSource:]))
	return Record{
		Seq:      seqOf(h),
		Type:     Type(h[offType]),
		Signal:   lineage.Signal(h[offSignal]),
		Encoding: Encoding(h[offEncoding]),
		Items:    binary.LittleEndian.Uint32(h[offItems:]),
		Tenant:   string(rest[:tenant]),
		Source:   string(rest[tenant:names]),
		Ingested: time.Unix(0, int64(binary.LittleEndian.Uint64(h[offTime:]))).UTC(),
		Payload:  rest[names:len(rest):len(rest)],
		Before:   getCounts(h[offBefore:]),
	}, true
}

func seqOf(header []byte) uint64 { return binary.LittleEndian.Uint64(header[offSeq:]) }

func putCounts(dst []byte, n Counts) {
	for i, v := range n[1:] {
		binary.LittleEndian.PutUint64(dst[i*8:], v)
	}
}

func getCounts(src []byte) (n Counts) {
	for i := range n[1:] {
		n[i+1] = binary.LittleEndian.Uint64(src[i*8:])
	}
	return n
}
