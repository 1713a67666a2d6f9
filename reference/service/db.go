package service

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// compactAt is the size in bytes from which a file is rewritten at all, and
// compactTimes how many times larger than its last rewrite it may grow.
const (
	compactAt    = 16 << 20
	compactTimes = 4
)

// DB holds the documents of one service in memory and appends every change to
// one file, so that a service that was killed goes on where it stopped. One
// Update is one line, so it is there as a whole or not at all. The file is not
// fsynced: it outlives the process, not the machine.
type DB struct {
	mu     sync.Mutex
	path   string
	file   *os.File
	tables map[string]table
	batch  []change
	size   int64 // of the file
	floor  int64 // its size after the last rewrite
	broken error // of an append; nothing is written after it
}

// change is one row that was put, or deleted when Row is null.
type change struct {
	Table string          `json:"t"`
	Key   string          `json:"k"`
	Row   json.RawMessage `json:"r"`
}

// table is what DB needs of a Table of any row type.
type table interface {
	load(key string, row json.RawMessage) error
	save(yield func(key string, row any) error) error
}

// NewDB makes an empty DB kept in the file at path. Add its tables, then Open it.
func NewDB(path string) *DB {
	return &DB{path: path, tables: make(map[string]table)}
}

// Open reads the file back, if there is one. What a kill cut off at its end was
// never confirmed to anybody and is dropped.
func (db *DB) Open() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(db.path), 0o755); err != nil {
		return fmt.Errorf("open documents: %w", err)
	}
	file, err := os.OpenFile(db.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("open documents: %w", err)
	}
	good, err := db.replay(file)
	if err == nil {
		err = file.Truncate(good)
	}
	if err == nil {
		_, err = file.Seek(good, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("open documents %s: %w", filepath.Base(db.path), err), file.Close())
	}
	db.file, db.size, db.floor = file, good, good
	return nil
}

// replay applies every whole line and returns how many bytes those were.
func (db *DB) replay(r io.Reader) (good int64, err error) {
	lines := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return good, nil
		}
		if err != nil {
			return good, err
		}
		var batch []change
		if err := json.Unmarshal(line, &batch); err != nil {
			return good, fmt.Errorf("line %d: %w", n, err)
		}
		for _, c := range batch {
			t, ok := db.tables[c.Table]
			if !ok {
				return good, fmt.Errorf("line %d: no table %q", n, c.Table)
			}
			if err := t.load(c.Key, c.Row); err != nil {
				return good, fmt.Errorf("line %d: %s %q: %w", n, c.Table, c.Key, err)
			}
		}
		good += int64(len(line))
	}
}

// View runs do while no other goroutine changes a table.
func (db *DB) View(do func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	do()
}

// Update runs do, which may put and delete rows, and appends what it changed.
// An error of do is returned as it is and nothing is written; a do that fails
// after it has changed something breaks the DB.
func (db *DB) Update(do func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.broken != nil {
		return db.broken
	}
	db.batch = db.batch[:0]
	if err := do(); err != nil {
		if len(db.batch) > 0 {
			return db.fail(err)
		}
		return err
	}
	if db.broken != nil || len(db.batch) == 0 {
		return db.broken
	}
	line, err := json.Marshal(db.batch)
	if err != nil {
		return db.fail(err)
	}
	n, err := db.file.Write(append(line, '\n'))
	if err != nil {
		return db.fail(err)
	}
	db.size += int64(n)
	if db.size > compactAt && db.size > compactTimes*db.floor {
		return db.compact()
	}
	return nil
}

// fail makes the DB refuse every later Update, since what is in memory is not
// what is in the file.
func (db *DB) fail(err error) error {
	db.broken = fmt.Errorf("write documents %s: %w", filepath.Base(db.path), err)
	return db.broken
}

// changed notes a change for the line of the current Update.
func (db *DB) changed(table, key string, row any) {
	raw, err := json.Marshal(row)
	if err != nil {
		db.broken = fmt.Errorf("write %s %q: %w", table, key, err)
	}
	db.batch = append(db.batch, change{table, key, raw})
}

// compact rewrites the file with the rows that are left.
func (db *DB) compact() error {
	file, err := os.Create(db.path + ".new")
	if err != nil {
		return db.fail(err)
	}
	out := bufio.NewWriterSize(file, 1<<16)
	var size int64
	for name, t := range db.tables {
		err = errors.Join(err, t.save(func(key string, row any) error {
			db.batch = db.batch[:0]
			db.changed(name, key, row)
			var line bytes.Buffer
			if err := json.NewEncoder(&line).Encode(db.batch); err != nil {
				return err
			}
			size += int64(line.Len())
			_, err := line.WriteTo(out)
			return err
		}))
	}
	if err = errors.Join(err, out.Flush()); err == nil {
		err = os.Rename(db.path+".new", db.path)
	}
	if err != nil {
		return db.fail(errors.Join(err, file.Close()))
	}
	old := db.file
	db.file, db.size, db.floor = file, size, size
	return old.Close()
}

// Close closes the file; a DB that was never opened has none.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.file == nil {
		return nil
	}
	err := db.file.Close()
	db.file = nil
	db.broken = os.ErrClosed
	return err
}
