package sweeper

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"throughline/slo"
	"throughline/slo/boltfile"
)

// entry is what one commit records: keys as they stand, those of which nothing is left
// to keep, and what has to be told.
type entry struct {
	rows    []*row
	gone    []slo.Key
	told    []slo.Transition
	telling telling
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
	if err := e.putTelling(tx); err != nil {
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

func (e *entry) putTelling(tx *bbolt.Tx) error {
	meta, is := tx.Bucket([]byte(boltfile.Meta)), binary.BigEndian.AppendUint64(nil, e.telling.number)
	if is = append(is, e.telling.by...); bytes.Equal(is, meta.Get([]byte(toldName))) {
		return nil
	}
	return meta.Put([]byte(toldName), is)
}

// replace puts a row where there may be another, with all by which it is found and
// counted; nil takes it away.
func replace(tx *bbolt.Tx, at id, now *row, counts counts) error {
	was, err := rowAt(tx, at)
	if err != nil {
		return err
	}
	counts.add(was.clock(), -1)
	counts.add(now.clock(), 1)
	oldMembers, oldNames := was.signs()
	members, names := now.signs()
	if err := sign(tx.Bucket([]byte(membersBucket)), oldMembers, members); err != nil {
		return err
	}
	if err := sign(tx.Bucket([]byte(namesBucket)), oldNames, names); err != nil {
		return err
	}
	open, rest := tx.Bucket([]byte(openBucket)), tx.Bucket([]byte(restBucket))
	into, from := rest, open
	if c := now.clock(); c != nil && c.Open() {
		into, from = open, rest
	}
	if was != nil {
		if err := from.Delete(at[:]); err != nil {
			return err
		}
	}
	if now == nil {
		return into.Delete(at[:])
	}
	return into.Put(at[:], now.write())
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
