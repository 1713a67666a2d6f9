package journal

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"throughline/lineage"
)

// recover reads what is in the directory, cuts off a torn tail and begins a new
// segment: nothing is ever written behind a doubtful end.
func (j *Journal) recover() error {
	names, err := j.deps.FS.List(j.cfg.Dir)
	if err != nil {
		return lineage.Errorf(lineage.Unavailable, "journal", "list the directory: %w", err)
	}
	heads := make(map[uint64]preamble)
	for _, name := range names {
		first, ok := firstOf(name)
		if !ok {
			j.reserve = j.reserve || name == reserveName
			continue
		}
		head, err := j.inspect(segment{first: first})
		if err != nil {
			return err
		}
		heads[first] = head
	}
	if err := j.identify(heads); err != nil {
		return err
	}
	j.codec = newCodec(j.ident.salt, j.cfg.MaxRecordBytes)
	if err := j.resume(heads); err != nil {
		return err
	}
	j.refillReserve()
	return nil
}

// inspect reads the header of one segment and adds it to the list, in order.
func (j *Journal) inspect(seg segment) (preamble, error) {
	f, err := j.deps.FS.Open(seg.path(j.cfg.Dir))
	if err != nil {
		return preamble{}, lineage.Errorf(lineage.Unavailable, "journal", "open a segment: %w", err)
	}
	defer f.Close()
	if seg.size, err = f.Size(); err != nil {
		return preamble{}, lineage.Errorf(lineage.Unavailable, "journal", "size of a segment: %w", err)
	}
	b := make([]byte, min(seg.size, segmentHeader))
	if n, err := f.ReadAt(b, 0); n < len(b) && !errors.Is(err, io.EOF) {
		clear(b) // it cannot be read: as good as damaged
	}
	head, err := decodePreamble(b)
	if err != nil {
		return head, err
	}
	seg.expected, seg.created, seg.salt = head.expected, head.created, head.salt
	at, _ := slices.BinarySearchFunc(j.segments, seg.first, func(s segment, first uint64) int {
		return cmp.Compare(s.first, first)
	})
	j.segments = slices.Insert(j.segments, at, seg)
	return head, nil
}

// identify takes the journal's identity from the newest segment that tells it,
// or makes a new one.
func (j *Journal) identify(heads map[uint64]preamble) error {
	for _, seg := range slices.Backward(j.segments) {
		if head := heads[seg.first]; head.known() {
			j.ident = head.identity
			break
		}
	}
	if j.ident == (identity{}) {
		var salt [8]byte
		if _, err := rand.Read(j.ident.id[:]); err != nil {
			return lineage.Errorf(lineage.Internal, "journal", "draw an identity: %w", err)
		}
		if _, err := rand.Read(salt[:]); err != nil {
			return lineage.Errorf(lineage.Internal, "journal", "draw a salt: %w", err)
		}
		j.ident.salt = binary.LittleEndian.Uint64(salt[:])
	}
	for i := range j.segments {
		if j.segments[i].salt == 0 {
			j.segments[i].salt = j.ident.salt
		}
	}
	return nil
}

// epoch is the distance between the seqs of one Open and the next. A seq is
// never given twice, though the tail that held it is gone: a segment has room for
// fewer records than this.
const epoch = 1 << 20

// resume finds the end of the last record and begins a segment behind it.
func (j *Journal) resume(heads map[uint64]preamble) error {
	expected, empty := uint64(1), 0
	for i := len(j.segments) - 1; i >= 0; i-- {
		end, err := j.scan(i, heads[j.segments[i].first])
		if err != nil {
			return err
		}
		expected = max(expected, end.next)
		if end.empty && empty == len(j.segments)-1-i {
			empty++
		}
		if end.counted {
			j.received = end.received
			if !end.empty {
				break
			}
		}
	}
	j.next = expected
	for _, seg := range j.segments {
		j.bytes += seg.size
		j.next = max(j.next, seg.first+1)
	}
	if len(j.segments) > 0 {
		j.next = (j.next + epoch - 1) / epoch * epoch
	}
	seg, f, err := j.create(j.next, expected, j.received)
	if err != nil {
		return lineage.Errorf(lineage.Unavailable, "journal", "begin a segment: %w", err)
	}
	for ; empty > 0 && err == nil; empty-- {
		err = j.drop(len(j.segments) - 1) // begun by an earlier Open and never used
	}
	j.active = f
	j.segments = append(j.segments, seg)
	j.bytes += seg.size
	return err
}

// tail is what the scan of a segment tells about its end.
type tail struct {
	next     uint64
	received Counts
	counted  bool // received is known
	empty    bool // it holds nothing at all
}

// scan reads segment i to its end, cuts off an unfinished write and syncs what
// is left: what the page cache gave back may never have reached the disk.
func (j *Journal) scan(i int, head preamble) (tail, error) {
	seg := &j.segments[i]
	f, err := j.deps.FS.Open(seg.path(j.cfg.Dir))
	if err != nil {
		return tail{}, lineage.Errorf(lineage.Unavailable, "journal", "open a segment: %w", err)
	}
	defer f.Close()
	end := tail{next: max(head.expected, 1), received: head.before, counted: head.known(), empty: true}
	s := scanner{f: f, codec: newCodec(seg.salt, j.cfg.MaxRecordBytes), off: segmentHeader, limit: seg.size}
	for {
		r, damage, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return end, lineage.Errorf(lineage.Unavailable, "journal", "read a segment: %w", err)
		}
		end.empty = false
		switch {
		case damage == nil:
			end.next = r.Seq + 1
			end.received, end.counted = r.Before, true
			end.received[r.Signal] += uint64(r.Items)
		case damage.to == seg.size && j.unfinished(f, damage):
			j.torn += damage.to - damage.from
			j.deps.Log.Warn("cut off an unfinished write", "segment", seg.path(j.cfg.Dir), "offset", damage.from, "bytes", damage.to-damage.from)
			if err := f.Truncate(damage.from); err != nil {
				return end, lineage.Errorf(lineage.Unavailable, "journal", "cut off an unfinished write: %w", err)
			}
			seg.size = damage.from
		case damage.seq != 0:
			end.next, end.received, end.counted = damage.seq+1, damage.after, true
		default:
			end.next = max(end.next, seg.first) + 1 // one at least; the next good record tells
		}
	}
	if err := f.Sync(); err != nil {
		return end, lineage.Errorf(lineage.Unavailable, "journal", "sync a segment: %w", err)
	}
	return end, nil
}

// unfinished tells a write that never ended from damage: the file ends before
// the record does, or there is nothing but zeros, which is how a file system
// leaves room that it never filled.
func (j *Journal) unfinished(f File, d *span) bool {
	if d.short {
		return true
	}
	b := make([]byte, 64<<10)
	for at := d.from; at < d.to; {
		n := min(int64(len(b)), d.to-at)
		if got, _ := f.ReadAt(b[:n], at); int64(got) < n {
			return false
		}
		for _, v := range b[:n] {
			if v != 0 {
				return false
			}
		}
		at += n
	}
	return true
}

// drop deletes segment i.
func (j *Journal) drop(i int) error {
	seg := j.segments[i]
	err := j.deps.FS.Remove(seg.path(j.cfg.Dir))
	if err == nil {
		err = j.deps.FS.SyncDir(j.cfg.Dir)
	}
	if err != nil {
		return lineage.Errorf(lineage.Unavailable, "journal", "delete a segment: %w", err)
	}
	j.segments = slices.Delete(j.segments, i, i+1)
	j.bytes -= seg.size
	return nil
}
