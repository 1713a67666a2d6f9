package sweeper

import (
	"bytes"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

// entry is what one commit records: keys as they stand, those of which nothing is left
// to keep, and what has to be told.
type entry struct {
	rows    []*row
	gone    []slo.Key
	told    []slo.Transition
	telling telling
	ahead   map[lineage.ExecutionRef]uint64 // that were told, and as of which block
	settled uint64
	minute  int64 // clocks that ended before it are not counted any more
}

func (e *entry) keep(r *row) {
	if r.empty() {
		e.gone = append(e.gone, r.key)
	} else {
		e.rows = append(e.rows, r)
	}
}

// record commits an entry and numbers its transitions. After an error it is not
// known whether the entry is there.
func (l *ledger) record(e *entry) error {
	if err := l.fail(false); err != nil {
		return err
	}
	err := l.update("record clocks", func(tx *bbolt.Tx) error { return e.put(tx) })
	if err != nil {
		return err
	}
	if n := len(e.told); n > 0 {
		l.recent.add(e.told)
		l.reached(e.told[n-1].Seq)
	}
	return l.fail(true)
}

func (e *entry) put(tx *bbolt.Tx) error {
	if err := e.telling.put(tx); err != nil {
		return err
	}
	if err := putAhead(tx, e.ahead, e.settled); err != nil {
		return err
	}
	counts := make(counts)
	for _, k := range e.gone {
		if err := replace(tx, idOf(k), nil, counts); err != nil {
			return err
		}
	}
	for _, r := range e.rows {
		if err := replace(tx, idOf(r.key), r, counts); err != nil {
			return err
		}
	}
	if err := counts.put(tx, e.minute); err != nil {
		return err
	}
	transitions := tx.Bucket([]byte(transitionsBucket))
	transitions.FillPercent = 1 // they come in order, so no page is ever split
	for i := range e.told {
		seq, err := transitions.NextSequence()
		if err != nil {
			return err
		}
		e.told[i].Seq = seq
		if err := transitions.Put(place(seq), writeTransition(&e.told[i])); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a row where there may be another, with all by which it is found and
// counted; nil takes it away.
func replace(tx *bbolt.Tx, at id, now *row, counts counts) error {
	was, err := rowAt(tx, at)
	if err != nil {
		return err
	}
	before, after := was.clock(), now.clock()
	wasOpen, isOpen := before != nil && before.Open(), after != nil && after.Open()
	counts.add(before, -1)
	counts.add(after, 1)
	oldMembers, oldNames := was.signs(wasOpen)
	members, names := now.signs(isOpen)
	if err := sign(tx.Bucket([]byte(membersBucket)), oldMembers, members); err != nil {
		return err
	}
	if err := sign(tx.Bucket([]byte(namesBucket)), oldNames, names); err != nil {
		return err
	}
	if was != nil && (now == nil || wasOpen != isOpen) {
		if err := rowsOf(tx, wasOpen).Delete(at[:]); err != nil {
			return err
		}
	}
	if now == nil {
		return nil
	}
	return rowsOf(tx, isOpen).Put(at[:], now.write())
}

// rowsOf is the bucket of the rows whose clock is open, or of all others.
func rowsOf(tx *bbolt.Tx, open bool) *bbolt.Bucket {
	if open {
		return tx.Bucket([]byte(openBucket))
	}
	return tx.Bucket([]byte(restBucket))
}

// sign brings the entries by which a row is found up to date.
func sign(b *bbolt.Bucket, old, now [][]byte) error {
	has := func(list [][]byte, one []byte) bool {
		for _, x := range list {
			if bytes.Equal(x, one) {
				return true
			}
		}
		return false
	}
	for _, k := range old {
		if !has(now, k) {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
	}
	for _, k := range now {
		if !has(old, k) {
			if err := b.Put(k, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
