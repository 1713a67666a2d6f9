package journal

import (
	"encoding/binary"
	"errors"
	"io"
	"syscall"
)

const (
	chunkBytes = 4 << 20 // read at once; several records share a chunk
	pageBytes  = 4 << 10 // the unit in which an unreadable stretch is given up
)

// span is a stretch of a segment that holds no good record.
type span struct {
	from, to int64
	seq      uint64 // of the record that was there; zero when its header is gone
	after    Counts // items up to and with that record; only when seq is known
	short    bool   // the file ends before the record does
}

// scanner walks over the records of one segment up to limit.
type scanner struct {
	f     File
	codec codec
	off   int64
	limit int64

	buf   []byte // holds the bytes from bufAt on; records share it, so it is never written again
	bufAt int64
}

// next returns the next record, or the damage in its place. It returns io.EOF
// at the limit; any other error is the file system's.
func (s *scanner) next() (Record, *span, error) {
	if s.off >= s.limit {
		return Record{}, nil, io.EOF
	}
	if s.limit-s.off < headerSize {
		return Record{}, s.skip(s.limit, nil, true), nil
	}
	head, err := s.bytes(headerSize)
	if err != nil {
		return Record{}, nil, err
	}
	body, ok := s.codec.header(head)
	if !ok {
		to, err := s.search()
		if err != nil {
			return Record{}, nil, err
		}
		return Record{}, s.skip(to, nil, false), nil
	}
	end := s.off + int64(headerSize+body)
	if end > s.limit {
		return Record{}, s.skip(s.limit, head, true), nil
	}
	b, err := s.bytes(headerSize + body)
	if err != nil {
		return Record{}, nil, err
	}
	r, ok := s.codec.decode(b, body)
	if !ok {
		return Record{}, s.skip(end, b, false), nil
	}
	s.off = end
	return r, nil, nil
}

// seek moves over the records before seq without reading their bodies. It stops
// early where it meets damage.
func (s *scanner) seek(seq uint64) error {
	for s.limit-s.off >= headerSize {
		head, err := s.bytes(headerSize)
		if err != nil {
			return err
		}
		body, ok := s.codec.header(head)
		end := s.off + int64(headerSize+body)
		if !ok || end > s.limit || seqOf(head) >= seq {
			return nil
		}
		s.off = end
	}
	return nil
}

// peek returns the seq of the record at the current offset, if its header is good.
func (s *scanner) peek() (uint64, bool, error) {
	if s.limit-s.off < headerSize {
		return 0, false, nil
	}
	head, err := s.bytes(headerSize)
	if err != nil {
		return 0, false, err
	}
	_, ok := s.codec.header(head)
	return seqOf(head), ok, nil
}

// skip moves to an offset behind damage; head is the good header, if there is one.
func (s *scanner) skip(to int64, head []byte, short bool) *span {
	d := &span{from: s.off, to: to, short: short}
	if head != nil {
		d.seq, d.after = seqOf(head), getCounts(head[offBefore:])
		d.after[head[offSignal]] += uint64(binary.LittleEndian.Uint32(head[offItems:]))
	}
	s.off = to
	return d
}

// search returns the offset of the next good header after the current one, or
// the limit.
func (s *scanner) search() (int64, error) {
	window := make([]byte, min(64<<10, s.limit-s.off))
	for at := s.off + 1; s.limit-at >= headerSize; {
		n := min(int64(len(window)), s.limit-at)
		if err := s.readAt(window[:n], at); err != nil {
			return 0, err
		}
		for i := 0; i+headerSize <= int(n); i++ {
			if binary.LittleEndian.Uint32(window[i:]) != recordMagic {
				continue
			}
			if _, ok := s.codec.header(window[i:n]); ok {
				return at + int64(i), nil
			}
		}
		at += n - headerSize + 1
	}
	return s.limit, nil
}

// bytes returns n bytes from the current offset on; the caller has checked that
// they are within the limit.
func (s *scanner) bytes(n int) ([]byte, error) {
	if at := s.off - s.bufAt; at >= 0 && at+int64(n) <= int64(len(s.buf)) {
		return s.buf[at : at+int64(n)], nil
	}
	size := min(max(chunkBytes, int64(n)), s.limit-s.off)
	buf := make([]byte, size)
	if err := s.readAt(buf, s.off); err != nil {
		return nil, err
	}
	s.buf, s.bufAt = buf, s.off
	return buf[:n], nil
}

// readAt fills b. Where the disk cannot read a page, its bytes are zero, and
// the checksums find that: a bad sector costs its records, not the rest.
func (s *scanner) readAt(b []byte, at int64) error {
	n, err := s.f.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if !errors.Is(err, syscall.EIO) {
		return err
	}
	for len(b) > 0 {
		page := b[:min(len(b), pageBytes-int(at%pageBytes))]
		if n, err := s.f.ReadAt(page, at); n < len(page) {
			if !errors.Is(err, syscall.EIO) {
				return err
			}
			clear(page)
		}
		b, at = b[len(page):], at+int64(len(page))
	}
	return nil
}
