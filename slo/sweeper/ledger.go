package sweeper

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
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

	mu   sync.Mutex
	last uint64
	more chan struct{} // closed when last has moved
}

func openLedger(c Config, readers []string) (*ledger, error) {
	const op = "open the ledger of clocks"
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, lineage.E(lineage.Unavailable, op, err)
	}
	path := filepath.Join(c.Dir, "slo.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, NoSync: c.noSync,
	})
	if err != nil {
		return nil, lineage.Errorf(lineage.Unavailable, op,
			"%s: %w; if it is damaged, move it away: clocks are then judged anew, and open breaches are told again", filepath.Base(path), err)
	}
	l := &ledger{db: db, readers: readers, fail: c.fail, more: make(chan struct{})}
	if l.fail == nil {
		l.fail = func(bool) error { return nil }
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{clocksBucket, transitionsBucket, readersBucket} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		l.last = tx.Bucket([]byte(transitionsBucket)).Sequence()
		return nil
	})
	if err != nil {
		return nil, errors.Join(lineage.E(lineage.Unavailable, op, err), db.Close())
	}
	return l, nil
}

func (l *ledger) close() error { return l.db.Close() }

// clocks yields every clock that was recorded.
func (l *ledger) clocks(yield func(slo.Clock)) error {
	return l.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(clocksBucket)).ForEach(func(_, raw []byte) error {
			var c slo.Clock
			if err := json.Unmarshal(raw, &c); err != nil {
				return err
			}
			yield(c)
			return nil
		})
	})
}

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

// after returns at most limit transitions beyond seq, in order; it waits until
// there is one. Its error is ctx's, Unavailable, or NotFound for a place that the
// ledger never reached: then it is another ledger than the caller read before.
func (l *ledger) after(ctx context.Context, seq uint64, limit int) ([]slo.Transition, error) {
	for {
		l.mu.Lock()
		last, more := l.last, l.more
		l.mu.Unlock()
		if seq > last {
			return nil, lineage.Errorf(lineage.NotFound, "read transitions", "the ledger ends at %d, before %d: it is another one", last, seq)
		}
		if last > seq {
			found, err := l.read(seq, limit)
			if err != nil || len(found) > 0 {
				return found, err
			}
			seq = last // all of it was freed already
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *ledger) read(seq uint64, limit int) (found []slo.Transition, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(transitionsBucket)).Cursor()
		for k, raw := c.Seek(place(seq + 1)); k != nil && len(found) < limit; k, raw = c.Next() {
			var t slo.Transition
			if err := json.Unmarshal(raw, &t); err != nil {
				return fmt.Errorf("transition %d: %w", binary.BigEndian.Uint64(k), err)
			}
			found = append(found, t)
		}
		return nil
	})
	if err != nil {
		return nil, lineage.E(lineage.Unavailable, "read transitions", err)
	}
	return found, nil
}

// done notes how far a reader is, and drops what all of them have read.
func (l *ledger) done(reader string, seq uint64) error {
	err := l.db.Update(func(tx *bbolt.Tx) error {
		readers := tx.Bucket([]byte(readersBucket))
		if err := readers.Put([]byte(reader), place(seq)); err != nil {
			return err
		}
		for _, name := range l.readers {
			seq = min(seq, doneUpTo(readers, name))
		}
		c := tx.Bucket([]byte(transitionsBucket)).Cursor()
		for k, _ := c.First(); k != nil && binary.BigEndian.Uint64(k) <= seq; k, _ = c.First() {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return lineage.E(lineage.Unavailable, "free transitions", err)
	}
	return nil
}

// readUpTo returns how far a reader is.
func (l *ledger) readUpTo(reader string) (seq uint64, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		seq = doneUpTo(tx.Bucket([]byte(readersBucket)), reader)
		return nil
	})
	return seq, err
}

func doneUpTo(readers *bbolt.Bucket, name string) uint64 {
	raw := readers.Get([]byte(name))
	if len(raw) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}
