package sweeper

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"throughline/lineage"
)

// A start reads little of the ledger, so damage may show later, when a row is read.
// Nothing is judged by it then, nothing is recorded any more, and a file beside the
// ledger has the next start look it through and put it aside.

// suspectName is that file's, after the ledger's own.
const suspectName = ".suspect"

// view reads the ledger. Its error is Unavailable.
func (l *ledger) view(op string, read func(*bbolt.Tx) error) error {
	return l.guard(op, func() error { return l.db.View(read) })
}

func (l *ledger) update(op string, write func(*bbolt.Tx) error) error {
	return l.guard(op, func() error { return l.db.Update(write) })
}

// guard makes an error of what bbolt does with pages that make no sense: it panics, and
// a file that was cut short even faults.
func (l *ledger) guard(op string, do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
		if errors.Is(err, errDamaged) {
			err = errors.Join(err, os.WriteFile(l.path+suspectName, nil, 0o600))
			err = fmt.Errorf("slo.db is damaged; a restart puts it aside and judges anew: %w", err)
		}
		if err != nil {
			err = lineage.E(lineage.Unavailable, op, err)
		}
	}()
	return do()
}

// lookThrough reads all of a ledger in which damage was found, but for what a start
// reads in any case.
func (l *ledger) lookThrough(db *bbolt.DB) error {
	if os.Remove(l.path+suspectName) != nil { // mostly it is not there
		return nil
	}
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if string(name) == openBucket {
				return nil
			}
			return b.ForEach(func(k, raw []byte) error { return check(string(name), k, raw) })
		})
	})
}

func check(bucket string, k, raw []byte) error {
	switch bucket {
	case restBucket:
		_, err := readRowAt(k, raw)
		return err
	case aheadBucket:
		_, err := readAhead(raw)
		return err
	case talliesBucket:
		_, err := readTallied(k, raw)
		return err
	case transitionsBucket:
		_, err := readTransition(raw)
		return err
	}
	return nil
}
