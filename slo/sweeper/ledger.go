package sweeper

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
	"throughline/slo/boltfile"
)

// The buckets of the ledger.
const (
	clocksBucket      = "clocks"      // by key: slo.Clock
	transitionsBucket = "transitions" // by place, eight bytes: slo.Transition
	readersBucket     = "readers"     // by name: the place up to which it is done
)

// storeReader is the reader that hands transitions to the store.
const storeReader = "store"

// ledger keeps the clocks, and the transitions until everybody has read them, in
// one file. A commit is durable or not there at all.
type ledger struct {
	db      *bbolt.DB
	readers []string
	fail    func(committed bool) error // of tests

	recent recent

	mu   sync.Mutex
	last uint64
	more chan struct{} // closed when last has moved
}

// openLedger opens the ledger, or begins one, and returns the clocks in it. One that
// is damaged is put aside: judging needs no more than what is stitched.
func openLedger(c Config, d Deps, readers []string) (*ledger, []slo.Clock, error) {
	l := &ledger{readers: readers, fail: c.fail, more: make(chan struct{})}
	if l.fail == nil {
		l.fail = func(bool) error { return nil }
	}
	var clocks []slo.Clock
	db, err := boltfile.Open(boltfile.Config{
		Path: filepath.Join(c.Dir, "slo.db"), Format: "1", Buckets: []string{clocksBucket, transitionsBucket, readersBucket}, NoSync: c.noSync,
		Aside: "clocks are judged anew from what is stitched; transitions that were not in ClickHouse yet are lost",
		Log:   d.Log, Now: d.Now,
	}, func(db *bbolt.DB) (err error) {
		clocks, l.last, err = readLedger(db)
		return err
	})
	l.db = db
	return l, clocks, err
}

// readLedger reads all that a start needs, so that damage shows there and not later.
func readLedger(db *bbolt.DB) (clocks []slo.Clock, last uint64, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		transitions := tx.Bucket([]byte(transitionsBucket))
		last = transitions.Sequence()
		err := transitions.ForEach(func(_, raw []byte) error { return json.Unmarshal(raw, &slo.Transition{}) })
		if err != nil {
			return err
		}
		return tx.Bucket([]byte(clocksBucket)).ForEach(func(_, raw []byte) error {
			var c slo.Clock
			clocks = append(clocks, c)
			return json.Unmarshal(raw, &clocks[len(clocks)-1])
		})
	})
	return clocks, last, err
}

func (l *ledger) close() error { return l.db.Close() }

// find returns the clocks of keys, those that are there. It also notices
// transitions of a commit that was thought to have failed.
func (l *ledger) find(keys []slo.Key) (found map[slo.Key]*slo.Clock, err error) {
	found = make(map[slo.Key]*slo.Clock)
	var last uint64
	err = l.db.View(func(tx *bbolt.Tx) error {
		for _, k := range keys {
			raw := tx.Bucket([]byte(clocksBucket)).Get(keyOf(k))
			if raw == nil {
				continue
			}
			c := &slo.Clock{}
			if err := json.Unmarshal(raw, c); err != nil {
				return err
			}
			found[k] = c
		}
		last = tx.Bucket([]byte(transitionsBucket)).Sequence()
		return nil
	})
	if err != nil {
		return nil, lineage.E(lineage.Unavailable, "read the ledger of clocks", err)
	}
	l.reached(last)
	return found, nil
}

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

// entry is what one commit records: clocks as they stand, those whose key is gone,
// and what has to be told.
type entry struct {
	clocks []slo.Clock
	gone   []slo.Key
	told   []slo.Transition
}

// record commits an entry and numbers its transitions. After an error it is not
// known whether the entry is there.
func (l *ledger) record(e *entry) error {
	if err := l.fail(false); err != nil {
		return err
	}
	err := l.db.Update(func(tx *bbolt.Tx) error {
		clocks, transitions := tx.Bucket([]byte(clocksBucket)), tx.Bucket([]byte(transitionsBucket))
		for _, k := range e.gone {
			if err := clocks.Delete(keyOf(k)); err != nil {
				return err
			}
		}
		for i := range e.clocks {
			if err := put(clocks, keyOf(e.clocks[i].Key), &e.clocks[i]); err != nil {
				return err
			}
		}
		for i := range e.told {
			seq, err := transitions.NextSequence()
			if err != nil {
				return err
			}
			e.told[i].Seq = seq
			if err := put(transitions, place(seq), &e.told[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return lineage.E(lineage.Unavailable, "record clocks", err)
	}
	if n := len(e.told); n > 0 {
		l.recent.add(e.told)
		l.reached(e.told[n-1].Seq)
	}
	return l.fail(true)
}

func put(b *bbolt.Bucket, key []byte, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, raw)
}

func place(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// keyOf is a hash: an id may be longer than a key may be, and hold any sign. The
// value tells whose it is.
func keyOf(k slo.Key) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", k.SLA, k.Subject.Type, k.Subject.System, k.Subject.Scope, k.Subject.ID))
	return sum[:]
}
