package boltfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// patience is how long another process may take to let go of the file.
const patience = time.Second

// formatName is where the bucket Meta has the format.
const formatName = "format"

// open opens and reads the file as it is. Its panics and faults are errors.
func (c *Config) open(read func(*bbolt.DB) error) (db *bbolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover(); {
		case p != nil:
			db, err = nil, fmt.Errorf("it makes no sense: %v", p)
			release(file)
		case err != nil && db != nil:
			_ = db.Close() // the reason is known, and it is not this one
			db = nil
		}
	}()
	_, missing := os.Stat(c.Path)
	db, err = bbolt.Open(c.Path, 0o600, &bbolt.Options{
		Timeout: patience, FreelistType: bbolt.FreelistMapType, NoSync: c.NoSync,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, err
	}
	if err := c.lay(db); err != nil {
		return db, err
	}
	if missing != nil {
		if err := syncDir(filepath.Dir(c.Path)); err != nil {
			return db, err
		}
	}
	return db, read(db)
}

// release gives back the file of a bbolt that panicked. It may hold a lock for good
// that its own Close would wait for, so its memory stays mapped; and as long as that
// is so, closing the file alone keeps it locked.
func release(file *os.File) {
	if file != nil {
		_ = errors.Join(syscall.Flock(int(file.Fd()), syscall.LOCK_UN), file.Close())
	}
}

// lay checks the format of an old file, and makes the buckets that are missing.
func (c *Config) lay(db *bbolt.DB) error { return Update(db, c.makeBuckets) }

func (c *Config) makeBuckets(tx *bbolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists([]byte(Meta))
	if err != nil {
		return err
	}
	switch found := string(meta.Get([]byte(formatName))); {
	case found == c.Format:
	case found == "" || slices.Contains(c.Earlier, found):
		if err := meta.Put([]byte(formatName), []byte(c.Format)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("its format is %q, and %q is what this release knows: %w", found, c.Format, errLater)
	}
	for _, name := range c.Buckets {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}
