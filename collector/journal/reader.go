package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"

	"throughline/lineage"
)

// Reader reads the records of a journal in order and follows its tail. It sees
// only what is on disk for good. One goroutine may use it.
type Reader struct {
	j        *Journal
	from     uint64 // records before are passed over
	expected uint64 // the seq that should come next; zero when anything may
	before   Counts // items up to the last record that was read

	open bool
	seg  segment
	scan scanner
	more <-chan struct{}
}

// Reader returns a reader that begins with record seq. If that one is missing,
// damaged or freed, the reader says so first. With seq zero it begins with the
// oldest record that is kept.
func (j *Journal) Reader(seq uint64) *Reader {
	j.mu.Lock()
	defer j.mu.Unlock()
	seq = min(seq, j.next)
	return &Reader{j: j, from: seq, expected: seq}
}

// Next returns the next record and waits for it. The payload stays valid for as
// long as it is referred to; it shares its memory with the records around it.
func (r *Reader) Next(ctx context.Context) (Record, error) {
	for {
		rec, ok, err := r.TryNext()
		if ok || err != nil {
			return rec, err
		}
		select {
		case <-r.More():
		case <-ctx.Done():
			return Record{}, context.Cause(ctx)
		}
	}
}

// More returns a channel that is closed when TryNext, which has just reported
// false, may find something.
func (r *Reader) More() <-chan struct{} { return r.more }

// Close lets go of the open segment. The reader may go on after it.
func (r *Reader) Close() error {
	if !r.open {
		return nil
	}
	r.open = false
	r.from = max(r.from, r.expected)
	return r.scan.f.Close()
}

// TryNext returns the next record if it is there. It fails with Unavailable when
// the file system does, and when the journal is closed and read to its end; it
// may be called again after an error.
func (r *Reader) TryNext() (Record, bool, error) {
	for {
		if !r.open {
			lost, err := r.enter(r.j.holding(max(r.from, r.expected)))
			if err != nil || lost.Lost > 0 {
				return lost, err == nil, err
			}
		}
		next, active := r.follow()
		rec, damage, err := r.scan.next()
		switch {
		case errors.Is(err, io.EOF) && active:
			return Record{}, false, r.j.ended()
		case errors.Is(err, io.EOF):
			lost, err := r.enter(next)
			if err != nil || lost.Lost > 0 {
				return lost, err == nil, err
			}
		case err != nil:
			return Record{}, false, lineage.Errorf(lineage.Unavailable, "journal", "read: %w", err)
		case damage != nil:
			rec, err := r.damaged(damage, next, active)
			return rec, err == nil, err
		case rec.Seq < max(r.from, r.expected):
			r.before = rec.After()
		case rec.Seq > r.expected:
			r.scan.off -= r.j.codec.size(&rec) // it comes next
			return r.lost(rec.Seq, r.scan.off, nil), true, nil
		default:
			r.expected, r.before = rec.Seq+1, rec.After()
			return rec, true, nil
		}
	}
}

// follow brings the limit up to date and returns the segment after the open one.
func (r *Reader) follow() (next segment, active bool) {
	r.j.mu.Lock()
	defer r.j.mu.Unlock()
	r.more = r.j.grown
	segs := r.j.segments
	i := sort.Search(len(segs), func(i int) bool { return segs[i].first > r.seg.first })
	if i > 0 && segs[i-1].first == r.seg.first {
		r.scan.limit = segs[i-1].size
	}
	if i == len(segs) {
		return segment{}, true
	}
	return segs[i], false
}

// enter opens a segment and moves to the record that is wanted. If records are
// missing between the last one that was read and this segment, it returns that.
func (r *Reader) enter(seg segment) (lost Record, err error) {
	f, err := r.j.deps.FS.Open(seg.path(r.j.cfg.Dir))
	if err != nil {
		return Record{}, lineage.Errorf(lineage.Unavailable, "journal", "open a segment: %w", err)
	}
	scan := scanner{f: f, codec: newCodec(seg.salt, r.j.cfg.MaxRecordBytes), off: segmentHeader, limit: seg.size}
	if err := scan.seek(max(r.from, r.expected)); err != nil {
		return Record{}, lineage.Errorf(lineage.Unavailable, "journal", "read: %w", errors.Join(err, f.Close()))
	}
	if err := r.Close(); err != nil {
		return Record{}, lineage.Errorf(lineage.Unavailable, "journal", "close a segment: %w", errors.Join(err, f.Close()))
	}
	r.seg, r.scan, r.open = seg, scan, true
	if r.expected != 0 && seg.expected > r.expected {
		lost = r.lost(seg.expected, 0, nil)
	}
	r.expected = max(r.expected, seg.first)
	return lost, nil
}

// damaged makes the record that stands for damage.
func (r *Reader) damaged(d *span, next segment, active bool) (Record, error) {
	r.j.metrics.damage(d.to - d.from)
	kept := make([]byte, min(d.to-d.from, int64(r.j.cfg.MaxRecordBytes)))
	if err := r.scan.readAt(kept, d.from); err != nil {
		r.scan.off = d.from
		return Record{}, lineage.Errorf(lineage.Unavailable, "journal", "read: %w", err)
	}
	until := r.expected
	if d.seq != 0 {
		until, r.before = d.seq+1, d.after
	} else if seq, ok, err := r.scan.peek(); err != nil {
		r.scan.off = d.from
		return Record{}, lineage.Errorf(lineage.Unavailable, "journal", "read: %w", err)
	} else if ok {
		until = seq
	} else if !active {
		until = next.expected
	}
	return r.lost(until, d.from, kept), nil
}

// lost makes the record that stands for the missing ones up to until.
func (r *Reader) lost(until uint64, at int64, kept []byte) Record {
	until = max(until, r.expected)
	rec := Record{
		Seq: until - 1, Lost: until - r.expected, Type: Damaged, Ingested: r.seg.created, Before: r.before,
		Source:  fmt.Sprintf("%s offset %d", filepath.Base(r.seg.path("")), at),
		Payload: kept,
	}
	r.expected = until
	r.j.deps.Log.Error("the journal is damaged; its bytes go to quarantine", "where", rec.Source, "bytes", len(kept), "records", rec.Lost)
	r.j.metrics.lost(rec.Lost)
	return rec
}

// holding returns the segment that record seq is in, or would be.
func (j *Journal) holding(seq uint64) segment {
	j.mu.Lock()
	defer j.mu.Unlock()
	i := sort.Search(len(j.segments), func(i int) bool { return j.segments[i].first > seq })
	return j.segments[max(0, i-1)]
}

// ended tells a reader at the end whether more may come.
func (j *Journal) ended() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return errClosed()
	}
	return nil
}
