package service

import "encoding/json"

// Table holds the rows of one kind in the order in which they first came. Its
// methods are called from inside DB.View or DB.Update. A row is a value: change
// a copy and put that.
type Table[T any] struct {
	db    *DB
	name  string
	rows  map[string]entry[T]
	order []place // oldest first; places of deleted rows linger until swept
	seq   uint64
	keep  int          // rows that are kept; 0 means all
	done  func(T) bool // tells whether a row may go to keep the table small
}

type entry[T any] struct {
	seq uint64
	row T
}

type place struct {
	seq uint64
	key string
}

// NewTable adds an empty table to db, before db is opened.
func NewTable[T any](db *DB, name string) *Table[T] {
	t := &Table[T]{db: db, name: name, rows: make(map[string]entry[T])}
	db.tables[name] = t
	return t
}

// Keep lets the oldest rows go that are done, once there are more than n.
func (t *Table[T]) Keep(n int, done func(T) bool) *Table[T] {
	t.keep, t.done = n, done
	return t
}

// Len returns the number of rows.
func (t *Table[T]) Len() int { return len(t.rows) }

// Get returns the row with that key.
func (t *Table[T]) Get(key string) (T, bool) {
	e, ok := t.rows[key]
	return e.row, ok
}

// Put adds or replaces a row.
func (t *Table[T]) Put(key string, row T) {
	t.set(key, row)
	t.db.changed(t.name, key, row)
	t.shrink()
}

// Delete removes a row, if it is there.
func (t *Table[T]) Delete(key string) {
	if _, ok := t.rows[key]; ok {
		t.remove(key)
		t.db.changed(t.name, key, nil)
	}
}

// Each yields the rows, oldest first, until yield returns false.
func (t *Table[T]) Each(yield func(key string, row T) bool) {
	for _, p := range t.order {
		if e, ok := t.rows[p.key]; ok && e.seq == p.seq && !yield(p.key, e.row) {
			return
		}
	}
}

// Latest returns at most n rows that match, newest first.
func (t *Table[T]) Latest(n int, match func(T) bool) []T {
	found := make([]T, 0, min(n, 64))
	for i := len(t.order) - 1; i >= 0 && len(found) < n; i-- {
		p := t.order[i]
		if e, ok := t.rows[p.key]; ok && e.seq == p.seq && match(e.row) {
			found = append(found, e.row)
		}
	}
	return found
}

func (t *Table[T]) set(key string, row T) {
	if e, ok := t.rows[key]; ok {
		t.rows[key] = entry[T]{e.seq, row}
		return
	}
	t.seq++
	t.rows[key] = entry[T]{t.seq, row}
	t.order = append(t.order, place{t.seq, key})
}

func (t *Table[T]) remove(key string) {
	delete(t.rows, key)
	if len(t.order) < 2*len(t.rows)+64 {
		return
	}
	left := t.order[:0]
	for _, p := range t.order {
		if e, ok := t.rows[p.key]; ok && e.seq == p.seq {
			left = append(left, p)
		}
	}
	clear(t.order[len(left):])
	t.order = left
}

// shrink removes done rows from the old end. It looks no further than a few
// rows that are still needed, so that a Put stays cheap.
func (t *Table[T]) shrink() {
	const patience = 64
	if t.keep == 0 || len(t.rows) <= t.keep {
		return
	}
	var gone []string
	looked := 0
	t.Each(func(key string, row T) bool {
		looked++
		if t.done(row) {
			gone = append(gone, key)
		}
		return looked < patience && len(t.rows)-len(gone) > t.keep
	})
	for _, key := range gone {
		t.Delete(key)
	}
}

func (t *Table[T]) load(key string, raw json.RawMessage) error {
	if raw == nil || string(raw) == "null" {
		t.remove(key)
		return nil
	}
	var row T
	if err := json.Unmarshal(raw, &row); err != nil {
		return err
	}
	t.set(key, row)
	return nil
}

func (t *Table[T]) save(yield func(key string, row any) error) error {
	var err error
	t.Each(func(key string, row T) bool {
		err = yield(key, row)
		return err == nil
	})
	return err
}
