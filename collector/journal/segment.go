package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

// A segment file begins with its header, twice, in sectors of their own: one
// bad sector leaves the other copy.
const (
	segmentVersion = 1
	segmentHeader  = 1024
	headerCopy     = 512
	headerBytes    = 88
	segmentSuffix  = ".segment"
)

func segmentMagic() []byte { return []byte("THRUJRNL") }

// segment is one file of the journal. The last one of a journal is active: it
// is the only one that grows.
type segment struct {
	first    uint64 // the seq of its first record, and its file's name
	expected uint64 // the seq that would have come next in the segment before
	size     int64  // bytes that are on disk for good
	created  time.Time
	salt     uint64
}

func (s segment) path(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", s.first, segmentSuffix))
}

// begins is the seq behind the last record of the segment before, as far as is known.
func (s segment) begins() uint64 {
	if s.expected == 0 {
		return s.first
	}
	return s.expected
}

// firstOf reads the first seq out of a segment's file name.
func firstOf(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(digits) != 20 {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 10, 64)
	return first, err == nil
}

// identity is what makes one journal another than the next.
type identity struct {
	id   [16]byte
	salt uint64
}

// preamble is the content of a segment's header.
type preamble struct {
	identity
	first    uint64
	expected uint64
	created  time.Time
	before   Counts // items in all segments before
}

func (p preamble) known() bool { return p.identity != identity{} }

func (p preamble) encode() []byte {
	b := make([]byte, segmentHeader)
	copy(b, segmentMagic())
	binary.LittleEndian.PutUint32(b[8:], segmentVersion)
	copy(b[12:28], p.id[:])
	binary.LittleEndian.PutUint64(b[28:], p.salt)
	binary.LittleEndian.PutUint64(b[36:], p.first)
	binary.LittleEndian.PutUint64(b[44:], p.expected)
	binary.LittleEndian.PutUint64(b[52:], uint64(p.created.UnixNano()))
	putCounts(b[60:], p.before)
	binary.LittleEndian.PutUint32(b[84:], newCodec(0, 0).sum(b[:84]))
	copy(b[headerCopy:], b[:headerBytes])
	return b
}

// decodePreamble reads either copy. When both are damaged the preamble is
// unknown, which is no error; a segment of a newer version is one.
func decodePreamble(b []byte) (preamble, error) {
	for at := 0; at <= headerCopy && at+headerBytes <= len(b); at += headerCopy {
		h := b[at : at+headerBytes]
		if !bytes.Equal(h[:8], segmentMagic()) || binary.LittleEndian.Uint32(h[84:]) != newCodec(0, 0).sum(h[:84]) {
			continue
		}
		if v := binary.LittleEndian.Uint32(h[8:]); v != segmentVersion {
			return preamble{}, lineage.Errorf(lineage.Unsupported, "journal",
				"a segment has format version %d, this program reads version %d; start the version that wrote it", v, segmentVersion)
		}
		p := preamble{
			first:    binary.LittleEndian.Uint64(h[36:]),
			expected: binary.LittleEndian.Uint64(h[44:]),
			created:  time.Unix(0, int64(binary.LittleEndian.Uint64(h[52:]))).UTC(),
			before:   getCounts(h[60:]),
		}
		copy(p.id[:], h[12:28])
		p.salt = binary.LittleEndian.Uint64(h[28:])
		return p, nil
	}
	return preamble{}, nil
}
