package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"throughline/lineage"
)

// Journal is one open journal. All methods are safe for concurrent use.
type Journal struct {
	cfg     Config
	deps    Deps
	codec   codec
	ident   identity
	lock    io.Closer
	metrics *metrics

	wake chan struct{} // capacity 1: the committer has something to do
	quit chan struct{}
	done chan struct{}

	active File   // the committer's own
	buf    []byte // the committer's own

	mu       sync.Mutex
	waiting  []*entry
	queued   int64     // bytes of what waits
	segments []segment // by first; the last one is active
	bytes    int64     // of all segments
	next     uint64    // the seq of the next record
	received Counts
	torn     int64         // bytes cut off when the journal was opened
	reserve  bool          // the reserve file is there
	grown    chan struct{} // closed when the journal has grown, or is closed
	failed   error         // why nothing is accepted any more
	closed   bool
}

// entry is one record that waits for its commit.
type entry struct {
	rec   *Record
	state atomic.Int32 // entryWaiting until the committer takes it or the caller gives up
	err   error
	done  chan struct{}
}

const (
	entryWaiting = iota
	entryTaken
	entryAbandoned
)

// Open opens the journal in cfg.Dir, or makes one. It cuts off a torn tail and
// never fails because of what a segment holds, unless a newer version wrote it.
func Open(cfg Config, deps Deps) (*Journal, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	j := &Journal{
		cfg: cfg, deps: deps.withDefaults(),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
		grown: make(chan struct{}),
	}
	if err := j.deps.FS.MkdirAll(cfg.Dir); err != nil {
		return nil, lineage.Errorf(lineage.Unavailable, "journal", "make the directory: %w", err)
	}
	j.lock, err = j.deps.FS.Lock(filepath.Join(cfg.Dir, "lock"))
	if errors.Is(err, ErrLocked) {
		return nil, lineage.Errorf(lineage.Conflict, "journal",
			"another process has the journal in %s open; stop it, or give this one another data directory", cfg.Dir)
	}
	if err != nil {
		return nil, lineage.Errorf(lineage.Unavailable, "journal", "lock: %w", err)
	}
	if err := j.recover(); err != nil {
		return nil, errors.Join(err, j.lock.Close())
	}
	if j.metrics, err = newMetrics(j); err != nil {
		return nil, errors.Join(err, j.active.Close(), j.lock.Close())
	}
	go j.commitLoop()
	return j, nil
}

// Append writes r and returns once it is on disk. r.Payload may be used again
// when Append has returned.
//
// Errors: TooLarge for a payload over the limit, Invalid for names that are too
// long, Exhausted when the journal is at its bound or the disk is full,
// Unavailable once the disk has failed or the journal is closed. When ctx ends
// first, the record may still be in the journal.
func (j *Journal) Append(ctx context.Context, r Record) error { return j.Place(ctx, &r) }

// Place is Append, and sets r.Seq and r.Before.
func (j *Journal) Place(ctx context.Context, r *Record) error {
	if err := j.check(r); err != nil {
		return err
	}
	e := &entry{rec: r, done: make(chan struct{})}
	if err := j.enqueue(e); err != nil {
		j.metrics.refused(err)
		return err
	}
	select {
	case <-e.done:
	case <-ctx.Done():
		if e.state.CompareAndSwap(entryWaiting, entryAbandoned) {
			return lineage.E(lineage.Unavailable, "journal", context.Cause(ctx))
		}
		<-e.done // its bytes are being written just now
	}
	if e.err != nil {
		j.metrics.refused(e.err)
	}
	return e.err
}

func (j *Journal) check(r *Record) error {
	if r.Type == 0 {
		r.Type = Data
	}
	switch {
	case len(r.Payload) > j.cfg.MaxRecordBytes:
		return lineage.Errorf(lineage.TooLarge, "journal", "the payload has %d bytes, the limit is %d", len(r.Payload), j.cfg.MaxRecordBytes)
	case len(r.Tenant) > 255:
		return lineage.Errorf(lineage.Invalid, "journal", "the tenant's name has %d bytes, the limit is 255", len(r.Tenant))
	case len(r.Source) > 65535:
		return lineage.Errorf(lineage.Invalid, "journal", "the source's name has %d bytes, the limit is 65,535", len(r.Source))
	case r.Signal > lineage.Events:
		return lineage.Errorf(lineage.Invalid, "journal", "no signal has number %d", r.Signal)
	}
	return nil
}

func (j *Journal) enqueue(e *entry) error {
	n := j.codec.size(e.rec)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed != nil {
		return j.failed
	}
	if j.closed {
		return errClosed()
	}
	if e.rec.Type == Data && j.bytes+j.queued+n > j.cfg.MaxBytes {
		return lineage.Errorf(lineage.Exhausted, "journal",
			"it is at its bound of %d bytes; it frees space as the store catches up", j.cfg.MaxBytes)
	}
	j.waiting = append(j.waiting, e)
	j.queued += n
	select {
	case j.wake <- struct{}{}:
	default:
	}
	return nil
}

// ID is the journal's identity, in hex; it stays the same for as long as any of
// its segments is there.
func (j *Journal) ID() string { return hex.EncodeToString(j.ident.id[:]) }

// Stats is the state of a journal at one moment.
type Stats struct {
	Bytes    int64
	MaxBytes int64
	Segments int
	First    uint64    // the first seq that is kept
	Next     uint64    // the seq of the next record; First == Next when it is empty
	Oldest   time.Time // when the oldest segment was begun
	Received Counts    // items in all records since the journal began, freed ones too
	Torn     int64     // bytes of unfinished writes that were cut off at the last Open
	Err      error     // why nothing is accepted any more; nil while all is well
}

// Stats returns the state of the journal.
func (j *Journal) Stats() Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Stats{
		Bytes: j.bytes, MaxBytes: j.cfg.MaxBytes, Segments: len(j.segments),
		First: j.segments[0].first, Next: j.next, Oldest: j.segments[0].created,
		Received: j.received, Torn: j.torn, Err: j.failed,
	}
}

// Close answers what waits, stops accepting and gives up the lock. It is safe
// to call twice.
func (j *Journal) Close() error {
	j.mu.Lock()
	first := !j.closed
	j.closed = true
	j.mu.Unlock()
	if !first {
		<-j.done
		return nil
	}
	close(j.quit)
	<-j.done
	j.metrics.unregister()
	return errors.Join(j.active.Close(), j.lock.Close())
}

// ErrClosed is the cause of the error that a closed journal answers with, and
// its readers once they are at the end.
var ErrClosed = errors.New("it is closed")

func errClosed() error { return lineage.E(lineage.Unavailable, "journal", ErrClosed) }
