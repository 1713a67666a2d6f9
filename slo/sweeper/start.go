package sweeper

import (
	"bytes"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

// start is what a start reads of the ledger: what is open, and of the rest no more than
// hangs on that.
type start struct {
	s       *Sweeper
	tx      *bbolt.Tx
	row     row // the one that is read
	names   *bbolt.Cursor
	name    []byte // the next that may be of a clock that is still to come
	bearers []id   // of subjects that have the name of an open clock besides their own
}

// resume takes over what the ledger has. It is called again for the one that takes the
// place of a damaged one.
func (s *Sweeper) resume(tx *bbolt.Tx) error {
	s.empty()
	t, _ := readTelling(tx, tellingName)
	s.tell(t)
	err := tx.Bucket([]byte(talliesBucket)).ForEach(func(k, v []byte) error {
		t, err := readTallied(k, v)
		s.watch(t.sla).ended.minutes[t.minute] = t.ends
		return err
	})
	if err != nil {
		return err
	}
	open := tx.Bucket([]byte(openBucket))
	s.held = make(map[slo.Key]*held, open.Stats().KeyN) // to let it grow takes as long as all else
	b := start{s: s, tx: tx, names: tx.Bucket([]byte(namesBucket)).Cursor()}
	b.name, _ = b.names.First()
	if err := open.ForEach(b.open); err != nil {
		return err
	}
	return b.rest()
}

// empty forgets all that is told and recorded.
func (s *Sweeper) empty() {
	s.watches, s.held, s.inRef = make(map[string]*watch), make(map[slo.Key]*held), make(map[lineage.ExecutionRef]*holding)
	s.dirty, s.unsaved, s.merged, s.idle = make(map[slo.Key]bool), make(map[slo.Key]bool), newMerged(), nil
	s.ahead = make(map[lineage.ExecutionRef]uint64)
}

// open takes over a row whose clock is open. The rows come in the order of their ids, as
// the names do: where few subjects have other names, few of these are looked up.
func (b *start) open(at, raw []byte) error {
	if err := b.row.read(at, raw); err != nil {
		return err
	}
	b.row.void(b.s.telling)
	b.s.know(&b.row)
	at = at[:8]
	if b.name != nil && bytes.Compare(b.name, at) < 0 {
		b.name, _ = b.names.Seek(at)
	}
	for ; bytes.HasPrefix(b.name, at); b.name, _ = b.names.Next() {
		if len(b.name) != len(at)+len(id{}) {
			return errDamaged
		}
		b.bearers = append(b.bearers, id(b.name[len(at):]))
	}
	return nil
}

// rest takes over the subjects that have those names, and what they hang on.
func (b *start) rest() error {
	err := b.tx.Bucket([]byte(aheadBucket)).ForEach(func(_, raw []byte) error { // the stitcher cannot begin without it
		_, err := readAhead(raw)
		return err
	})
	if err != nil {
		return err
	}
	f := fetch{s: b.s, tx: b.tx, seen: make(map[id]*row)}
	for _, at := range b.bearers {
		if _, err := f.signedOne(at); err != nil {
			return err
		}
	}
	err = f.follow()
	b.s.install(f.seen)
	return err
}
