package journal

import (
	"errors"
	"slices"
	"syscall"

	"throughline/lineage"
)

// A group is what one fsync answers: everything that waits, up to these.
const (
	groupBytes   = 4 << 20
	groupRecords = 2000
)

// commitLoop is the only goroutine that writes. There is no timer: while one
// group is being synced the next one gathers, so latency follows load.
func (j *Journal) commitLoop() {
	defer close(j.done)
	for {
		for group := j.take(); len(group) > 0; group = j.take() {
			err := j.commit(group)
			for _, e := range group {
				e.err = err
				close(e.done)
			}
		}
		select {
		case <-j.wake:
			continue
		case <-j.quit:
		}
		if j.idle() {
			return
		}
	}
}

// idle tells whether nothing waits; nothing can come once the journal is closed.
func (j *Journal) idle() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.waiting) > 0 {
		return false
	}
	close(j.grown)
	return true
}

// take removes the next group from the queue.
func (j *Journal) take() []*entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	var group []*entry
	var bytes int64
	n := 0
	for _, e := range j.waiting {
		size := j.codec.size(e.rec)
		if len(group) == groupRecords || len(group) > 0 && bytes+size > groupBytes {
			break
		}
		n++
		j.queued -= size
		if e.state.CompareAndSwap(entryWaiting, entryTaken) {
			group = append(group, e)
			bytes += size
		}
	}
	clear(j.waiting[:n])
	j.waiting = j.waiting[n:]
	if len(j.waiting) == 0 {
		j.waiting = nil
	}
	return group
}

// commit writes a group with one write and one fsync.
func (j *Journal) commit(group []*entry) error {
	if err := j.stopped(); err != nil {
		return err
	}
	data := slices.ContainsFunc(group, func(e *entry) bool { return e.rec.Type == Data })
	if err := j.rotate(data); err != nil {
		return err
	}
	j.mu.Lock()
	next, received := j.next, j.received
	size := j.segments[len(j.segments)-1].size
	j.mu.Unlock()

	buf := j.buf[:0]
	for _, e := range group {
		e.rec.Seq, e.rec.Before = next, received
		next++
		received[e.rec.Signal] += uint64(e.rec.Items)
		buf = j.codec.append(buf, e.rec)
	}
	if cap(buf) <= 2*groupBytes {
		j.buf = buf
	}
	if err := j.write(buf, size, data); err != nil {
		return err
	}
	start := j.deps.Now()
	if err := j.active.Sync(); err != nil {
		// What reached the disk is unknown from here on. The bytes are taken back as
		// far as that goes, so that a restart does not find them in the page cache.
		_ = j.active.Truncate(size)
		return j.fail(lineage.Errorf(lineage.Unavailable, "journal", "fsync failed, nothing more is accepted until a restart: %w", err))
	}
	j.metrics.committed(len(group), len(buf), j.deps.Now().Sub(start))

	j.mu.Lock()
	defer j.mu.Unlock()
	j.next, j.received = next, received
	j.segments[len(j.segments)-1].size = size + int64(len(buf))
	j.bytes += int64(len(buf))
	close(j.grown)
	j.grown = make(chan struct{})
	return nil
}

// write puts buf at the end of the active segment. On a full disk the segment is
// put back as it was, and the reserve is given up for what is not data.
func (j *Journal) write(buf []byte, at int64, data bool) error {
	for {
		_, err := j.active.WriteAt(buf, at)
		if err == nil {
			return nil
		}
		if !full(err) {
			_ = j.active.Truncate(at)
			return j.fail(lineage.Errorf(lineage.Unavailable, "journal", "write failed, nothing more is accepted until a restart: %w", err))
		}
		// A refused record must not come back after a crash under a seq that another
		// one has by then, so the cut is synced before anything else is written.
		if err := errors.Join(j.active.Truncate(at), j.active.Sync()); err != nil {
			return j.fail(lineage.Errorf(lineage.Unavailable, "journal", "take back a write on a full disk: %w", err))
		}
		if data || !j.giveUpReserve() {
			return lineage.Errorf(lineage.Exhausted, "journal", "the disk is full: %w", err)
		}
	}
}

// rotate begins a new segment when the active one is full.
func (j *Journal) rotate(data bool) error {
	j.mu.Lock()
	last, next, received := j.segments[len(j.segments)-1], j.next, j.received
	j.mu.Unlock()
	if last.size < j.cfg.SegmentBytes {
		return nil
	}
	seg, f, err := j.create(next, next, received)
	if full(err) && !data && j.giveUpReserve() {
		seg, f, err = j.create(next, next, received)
	}
	if full(err) {
		return lineage.Errorf(lineage.Exhausted, "journal", "the disk is full: %w", err)
	}
	if err != nil {
		return j.fail(lineage.Errorf(lineage.Unavailable, "journal", "begin a segment, nothing more is accepted until a restart: %w", err))
	}
	_ = j.active.Close()
	j.active = f
	j.mu.Lock()
	defer j.mu.Unlock()
	j.segments = append(j.segments, seg)
	j.bytes += seg.size
	return nil
}

// create makes an empty segment, durable in itself and by name.
func (j *Journal) create(first, expected uint64, before Counts) (segment, File, error) {
	seg := segment{first: first, expected: expected, size: segmentHeader, created: j.deps.Now().UTC(), salt: j.ident.salt}
	path := seg.path(j.cfg.Dir)
	f, err := j.deps.FS.Create(path)
	if err != nil {
		return seg, nil, err
	}
	_, err = f.WriteAt(preamble{j.ident, first, expected, seg.created, before}.encode(), 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.deps.FS.SyncDir(j.cfg.Dir)
	}
	if err != nil {
		return seg, nil, errors.Join(err, f.Close(), j.deps.FS.Remove(path))
	}
	return seg, f, nil
}

// fail stops the journal for good: after one failed write or fsync nobody can
// say what is on disk, and asking again would only hide it.
func (j *Journal) fail(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed == nil {
		j.failed = err
		j.deps.Log.Error("the journal has stopped accepting", "dir", j.cfg.Dir, "error", err)
	}
	return j.failed
}

// stopped returns why nothing may be written any more.
func (j *Journal) stopped() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failed
}

func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
