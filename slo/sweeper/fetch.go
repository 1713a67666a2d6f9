package sweeper

import (
	"bytes"
	"errors"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

// fetch is a look for what memory lacks of what is to be judged. It reads memory
// without the lock: nobody but the one who sweeps changes it.
type fetch struct {
	s     *Sweeper
	tx    *bbolt.Tx
	looks []slo.Key        // for which it is still to look
	seen  map[id]*row      // for which it has looked; nil: there is nothing
	named map[slo.Key]bool // of which it has looked who has their name
	names bool             // there are subjects with other names at all
}

// fetch reads what the ledger has of what is told, and of all whose clocks hang on
// that: under the other names of a subject, and under which it had begun.
func (s *Sweeper) fetch(all []told) (map[id]*row, error) {
	return s.look(func(f *fetch) error {
		for i := range all {
			if err := f.told(&all[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// fetchOrigins reads what renames asks of dirty keys besides.
func (s *Sweeper) fetchOrigins(keys []slo.Key) (map[id]*row, error) {
	var origins []slo.Key
	for _, key := range keys {
		if h := s.held[key]; h.told() && h.body != "" {
			if c := h.clock(); c.Origin != key.Subject {
				origins = append(origins, slo.Key{SLA: key.SLA, Subject: c.Origin})
			}
		}
	}
	if len(origins) == 0 {
		return nil, nil
	}
	return s.look(func(f *fetch) error {
		f.lookAround(origins)
		return nil
	})
}

func (s *Sweeper) look(begin func(*fetch) error) (map[id]*row, error) {
	f := fetch{s: s, seen: make(map[id]*row), named: make(map[slo.Key]bool)}
	err := s.ledger.view("read what was let go of", func(tx *bbolt.Tx) error {
		f.begin(tx)
		if err := begin(&f); err != nil {
			return err
		}
		return f.follow()
	})
	return f.seen, err
}

func (f *fetch) begin(tx *bbolt.Tx) {
	f.tx = tx
	first, _ := tx.Bucket([]byte(namesBucket)).Cursor().First()
	f.names = first != nil
}

func (f *fetch) told(t *told) error {
	for sla, parts := range t.parts {
		for i := range parts {
			key := slo.Key{SLA: sla, Subject: parts[i].Subject}
			f.look(key)
			for _, a := range parts[i].Aliases {
				f.look(slo.Key{SLA: sla, Subject: a})
			}
			if h := f.s.held[key]; h != nil {
				f.lookAround(h.aliases())
			}
			if err := f.bearers(key); err != nil {
				return err
			}
		}
	}
	// What it may say nothing of any more: another subject may have that name as well.
	x := f.s.inRef[t.ref]
	if x != nil {
		for _, h := range x.keys {
			if err := f.bearers(h.key); err != nil {
				return err
			}
		}
	}
	if x != nil && !x.part {
		return nil
	}
	rows, err := f.signed(membersBucket, refID(t.ref))
	for _, r := range rows {
		err = errors.Join(err, f.bearers(r.key))
	}
	return err
}

func (f *fetch) look(key slo.Key) {
	if f.s.held[key] == nil && !key.Subject.IsZero() {
		f.looks = append(f.looks, key)
	}
}

func (f *fetch) lookAround(keys []slo.Key) {
	for _, key := range keys {
		f.look(key)
	}
}

// bearers looks for the subjects that have a key's name besides their own.
func (f *fetch) bearers(key slo.Key) error {
	if !f.names || f.named[key] {
		return nil
	}
	f.named[key] = true
	at := idOf(key)
	_, err := f.signed(namesBucket, at[:8])
	return err
}

// signed reads the rows that are found by a sign.
func (f *fetch) signed(bucket string, sign []byte) (found []*row, err error) {
	c := f.tx.Bucket([]byte(bucket)).Cursor()
	for k, _ := c.Seek(sign); bytes.HasPrefix(k, sign); k, _ = c.Next() {
		if len(k) != len(sign)+len(id{}) {
			return nil, errDamaged
		}
		r, err := f.signedOne(id(k[len(sign):]))
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

// signedOne reads a row that has a sign: one goes with the other.
func (f *fetch) signedOne(at id) (*row, error) {
	if err := f.read(at); err != nil {
		return nil, err
	}
	if f.seen[at] == nil {
		return nil, errDamaged
	}
	return f.seen[at], nil
}

// follow looks until there is nothing more to look for.
func (f *fetch) follow() error {
	for len(f.looks) > 0 {
		key := f.looks[0]
		f.looks = f.looks[1:]
		if err := f.read(idOf(key)); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetch) read(at id) error {
	if _, done := f.seen[at]; done {
		return nil
	}
	r, err := rowAt(f.tx, at)
	if err != nil {
		return err
	}
	if f.seen[at] = r; r == nil {
		return nil
	}
	r.void(f.s.telling)
	if c := r.clock(); c != nil {
		f.look(slo.Key{SLA: r.key.SLA, Subject: c.Origin})
	}
	for _, p := range r.parts {
		for _, a := range (&said{raw: p.raw}).aliases() {
			f.look(slo.Key{SLA: r.key.SLA, Subject: a})
		}
	}
	return nil
}

// install takes rows into memory. They change nothing by that: what was told of them
// was judged.
func (s *Sweeper) install(rows map[id]*row) {
	for _, r := range rows {
		if r != nil && s.held[r.key] == nil && !r.empty() {
			s.idle = append(s.idle, s.know(r))
		}
	}
}

// know takes a row into memory that is not there.
func (s *Sweeper) know(r *row) *held {
	h := &held{key: r.key, at: -1}
	s.held[r.key] = h
	h.setAs(r.clock(), r.body)
	if h.open {
		s.watch(r.key.SLA).enter(h)
	}
	if len(r.parts) > 0 {
		h.since = r.since
	} else if h.open {
		s.dirty[r.key] = true // what was told of it may be void
	}
	h.parts = make([]said, 0, len(r.parts))
	for _, p := range r.parts {
		x := s.holding(p.ref)
		x.keys = append(x.keys, h)
		h.parts = append(h.parts, said{x, p.raw})
	}
	s.name(h)
	return h
}

// holding returns what memory has of an execution. One that comes from the ledger was
// let go of, and there may be more of it there.
func (s *Sweeper) holding(ref lineage.ExecutionRef) *holding {
	x := s.inRef[ref]
	if x == nil {
		x = &holding{ref: ref, gone: true, part: true}
		s.inRef[ref] = x
	}
	return x
}
