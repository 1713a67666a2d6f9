package journal

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"throughline/lineage"
)

// NewerSegment is the header of a segment that a later version wrote.
func NewerSegment() []byte {
	b := preamble{identity: identity{salt: 7}, first: 1, created: time.Unix(0, 0)}.encode()
	binary.LittleEndian.PutUint32(b[8:], segmentVersion+1)
	binary.LittleEndian.PutUint32(b[84:], newCodec(0, 0).sum(b[:84]))
	return b
}

type memory struct{ *bytes.Reader }

func (memory) WriteAt([]byte, int64) (int, error) { return 0, bytes.ErrTooLarge }
func (memory) Close() error                       { return nil }
func (m memory) Size() (int64, error)             { return m.Reader.Size(), nil }
func (memory) Truncate(int64) error               { return bytes.ErrTooLarge }
func (memory) Sync() error                        { return nil }

// FuzzScanner feeds the record decoder anything: it must get to the end, never
// give out more than it was given, and find every good record behind the rubbish.
func FuzzScanner(f *testing.F) {
	c := newCodec(42, 1<<16)
	good := c.append(nil, &Record{Seq: 9, Type: Data, Signal: lineage.Logs, Items: 2, Tenant: "t", Source: "s", Payload: []byte("good")})
	f.Add([]byte{})
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append([]byte("TJRL"), make([]byte, 80)...))
	f.Add(bytes.Repeat([]byte("TJRL"), 40))
	f.Fuzz(func(t *testing.T, junk []byte) {
		b := append(append([]byte{}, junk...), good...)
		s := scanner{f: memory{bytes.NewReader(b)}, codec: c, limit: int64(len(b))}
		found, at := 0, int64(0)
		for {
			r, damage, err := s.next()
			if err != nil {
				break
			}
			if damage != nil && (damage.from != at || damage.to <= damage.from) || s.off <= at || s.off > s.limit {
				t.Fatalf("from %d to %d, damage %+v", at, s.off, damage)
			}
			at = s.off
			if damage == nil && r.Seq == 9 && bytes.Equal(r.Payload, []byte("good")) {
				found++
			}
		}
		if at != s.limit || found == 0 && !bytes.Contains(junk, good[:headerSize]) {
			t.Fatalf("stopped at %d of %d, found %d", at, s.limit, found)
		}
		if p, err := decodePreamble(junk); err == nil && p.known() && len(junk) < headerBytes {
			t.Fatalf("a header out of %d bytes: %+v", len(junk), p)
		}
	})
}
