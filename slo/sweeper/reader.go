package sweeper

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

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
	if found := l.recent.after(seq, limit); len(found) > 0 {
		return found, nil
	}
	err = l.view("read transitions", func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(transitionsBucket)).Cursor()
		for k, raw := c.Seek(place(seq + 1)); k != nil && len(found) < limit; k, raw = c.Next() {
			t, err := readTransition(raw)
			if err != nil {
				return fmt.Errorf("transition %d: %w", binary.BigEndian.Uint64(k), err)
			}
			found = append(found, t)
		}
		return nil
	})
	return found, err
}

// done notes how far a reader is, and drops what all of them have read.
func (l *ledger) done(reader string, seq uint64) error {
	err := l.update("free transitions", func(tx *bbolt.Tx) error {
		readers := tx.Bucket([]byte(readersBucket))
		if err := readers.Put([]byte(reader), place(seq)); err != nil {
			return err
		}
		for _, name := range l.readers {
			seq = min(seq, doneUpTo(readers, name))
		}
		// By number, not by what a cursor finds first: it would walk over all the pages
		// that were emptied before, again and again.
		transitions := tx.Bucket([]byte(transitionsBucket))
		first, _ := transitions.Cursor().First()
		if first == nil {
			return nil
		}
		for at := binary.BigEndian.Uint64(first); at <= seq; at++ {
			if err := transitions.Delete(place(at)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.recent.drop(seq)
	return nil
}

// readUpTo returns how far a reader is.
func (l *ledger) readUpTo(reader string) (seq uint64, err error) {
	err = l.view("read how far a reader is", func(tx *bbolt.Tx) error {
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
