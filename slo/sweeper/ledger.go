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
	restBucket        = "rest"        // of all others, with what is told of their subjects
	membersBucket     = "members"     // eight bytes of an execution, then the id of a key in rest of which it says something
	namesBucket       = "names"       // eight bytes of a key, then the id of one in rest whose subject has that name too
	talliesBucket     = "tallies"     // by minute and SLA: clocks that ended
	transitionsBucket = "transitions" // by place, eight bytes: slo.Transition
	readersBucket     = "readers"     // by name: the place up to which it is done
)

// toldName is where the bucket of the file's format has the telling.
const toldName = "told"

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

// telling numbers the times at which all was told anew. What is in the ledger of
// another one is void. by is the hash of the catalogue once all of it is there.
type telling struct {
	number uint64
	by     string
}

// beginning is what a start needs of the ledger.
type beginning struct {
	open    []*row
	tallies []tallied
	telling telling
}

// openLedger opens the ledger, or begins one. One that is damaged is put aside:
// judging needs no more than what is stitched.
func openLedger(c Config, d Deps, readers []string) (*ledger, beginning, error) {
	l := &ledger{readers: readers, fail: c.fail, more: make(chan struct{}), path: filepath.Join(c.Dir, "slo.db")}
	if l.fail == nil {
		l.fail = func(bool) error { return nil }
	}
	var b beginning
	db, err := boltfile.Open(boltfile.Config{
		Path: l.path, Format: "2", Earlier: []string{"1"},
		Buckets: []string{openBucket, restBucket, membersBucket, namesBucket, talliesBucket, transitionsBucket, readersBucket},
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
		b, l.last, err = readBeginning(db)
		return err
	})
	l.db = db
	return l, b, err
}

// readBeginning reads no more than what is open. The rest is read when it is needed.
func readBeginning(db *bbolt.DB) (b beginning, last uint64, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		last = tx.Bucket([]byte(transitionsBucket)).Sequence()
		if raw := tx.Bucket([]byte(boltfile.Meta)).Get([]byte(toldName)); len(raw) >= 8 {
			b.telling = telling{binary.BigEndian.Uint64(raw), string(raw[8:])}
		}
		err := tx.Bucket([]byte(talliesBucket)).ForEach(func(k, v []byte) error {
			t, err := readTallied(k, v)
			b.tallies = append(b.tallies, t)
			return err
		})
		if err != nil {
			return err
		}
		return tx.Bucket([]byte(openBucket)).ForEach(func(k, raw []byte) error {
			r, err := readRow(raw)
			if err == nil {
				b.open = append(b.open, r)
			}
			return err
		})
	})
	return b, last, err
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
		r, err := readRow(raw)
		if err == nil && idOf(r.key) != at {
			err = errDamaged
		}
		return r, err
	}
	return nil, nil
}

func place(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }
