package sweeper

import (
	"encoding/binary"
	"path/filepath"
	"sync"

	"go.etcd.io/bbolt"

	"throughline/slo"
	"throughline/slo/boltfile"
)

// The buckets of the ledger. A key has a row in one of the first two, by its id.
const (
	openBucket        = "open"        // of clocks that are open: a start reads these
	restBucket        = "rest"        // of all others
	membersBucket     = "members"     // eight bytes of an execution, then the id of a key in rest of which it says something
	namesBucket       = "names"       // eight bytes of a key, then the id of one in rest whose subject has that name too
	talliesBucket     = "tallies"     // by minute and SLA: clocks that ended
	transitionsBucket = "transitions" // by place, eight bytes: slo.Transition
	readersBucket     = "readers"     // by name: the place up to which it is done
	aheadBucket       = "ahead"       // eight bytes of a block, then of an execution: what was told as of it
)

// tellingName is where the bucket of the file's format has the telling.
const tellingName = "telling"

// storeReader is the reader that hands transitions to the store.
const storeReader = "store"

// ledger keeps the clocks, and the transitions until everybody has read them, in
// one file. A commit is durable or not there at all.
type ledger struct {
	db      *bbolt.DB
	path    string
	readers []string
	fail    func(committed bool) error // of tests

	recent recent

	mu   sync.Mutex
	last uint64
	more chan struct{} // closed when last has moved
}

// openLedger opens the ledger, or begins one, and has a start read it. One that is damaged
// is put aside, and the one that is begun is read instead: judging needs no more than what
// is stitched.
func openLedger(c Config, d Deps, readers []string, resume func(*bbolt.Tx) error) (*ledger, error) {
	l := &ledger{readers: readers, fail: c.fail, more: make(chan struct{}), path: filepath.Join(c.Dir, "slo.db")}
	if l.fail == nil {
		l.fail = func(bool) error { return nil }
	}
	db, err := boltfile.Open(boltfile.Config{
		Path: l.path, Format: "3", Earlier: []string{"1", "2"},
		Buckets: []string{openBucket, restBucket, membersBucket, namesBucket, talliesBucket, transitionsBucket, readersBucket, aheadBucket},
		NoSync:  c.noSync,
		Aside:   "clocks are judged anew from what is stitched; transitions that were not in ClickHouse yet are lost",
		Log:     d.Log, Now: d.Now,
	}, func(db *bbolt.DB) (err error) {
		if err := upgrade(db); err != nil {
			return err
		}
		if err := l.lookThrough(db); err != nil {
			return err
		}
		return db.View(func(tx *bbolt.Tx) error {
			l.last = tx.Bucket([]byte(transitionsBucket)).Sequence()
			return resume(tx)
		})
	})
	l.db = db
	return l, err
}

func (l *ledger) close() error { return l.db.Close() }

// reached wakes the readers when there is more than they have seen.
func (l *ledger) reached(seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq > l.last {
		l.last = seq
		close(l.more)
		l.more = make(chan struct{})
	}
}

// seen notices transitions of a commit that was thought to have failed.
func (l *ledger) seen() error {
	var last uint64
	err := l.view("read the ledger of clocks", func(tx *bbolt.Tx) error {
		last = tx.Bucket([]byte(transitionsBucket)).Sequence()
		return nil
	})
	if err == nil {
		l.reached(last)
	}
	return err
}

// find returns the clocks of keys, those that are there.
func (l *ledger) find(keys []slo.Key) (found []slo.Clock, err error) {
	err = l.view("read the ledger of clocks", func(tx *bbolt.Tx) error {
		for _, k := range keys {
			r, err := rowAt(tx, idOf(k))
			if err != nil {
				return err
			}
			if c := r.clock(); c != nil {
				found = append(found, *c)
			}
		}
		return nil
	})
	return found, err
}

// rowAt returns the row of an id; nil: there is none.
func rowAt(tx *bbolt.Tx, at id) (*row, error) {
	for _, name := range []string{openBucket, restBucket} {
		raw := tx.Bucket([]byte(name)).Get(at[:])
		if raw == nil {
			continue
		}
		return readRowAt(at[:], raw)
	}
	return nil, nil
}

func place(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }
