// Package boltfile opens the bbolt files of the services: what a kill, a full disk
// or a failing one may have left of them.
//
// bbolt takes its pages as they are. It panics on those that make no sense, and a
// file that was cut short even faults. Here both are damage, which keeps nobody from
// starting: the file is put aside, loudly, and begun anew. What cannot be judged is
// left as it is: a file that another process has, one that a later release wrote,
// and one that the disk does not give away.
//
// The list of free pages is always written. Without it bbolt looks for them as it
// opens the file, in a goroutine of its own whose panic nobody can catch.
package boltfile

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"throughline/lineage"
)

// Meta is the bucket that keeps the format of the file, by the name "format". The
// caller may keep other names in it.
const Meta = "meta"

// Config says which file is opened.
type Config struct {
	Path    string   // required; its directory is made
	Format  string   // layout that the caller reads and writes; required
	Earlier []string // formats that read brings to this one; the file counts as of this one before
	Buckets []string // made where they are missing, besides Meta
	NoSync  bool     // of tests: a commit need not outlive the machine
	Aside   string   // what the log says of a damaged file's loss, after "NAME is damaged and was put aside; "; required

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
}

func (c *Config) fill() error {
	for _, field := range []struct{ name, value string }{{"Path", c.Path}, {"Format", c.Format}, {"Aside", c.Aside}} {
		if field.value == "" {
			return lineage.Errorf(lineage.Internal, "open a bbolt file", "%s is required", field.name)
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Open opens the file, or begins one. read loads what the caller needs; an error or
// a panic of it is damage, and it is called again for the file that is begun anew.
//
// Open fails with Conflict when another process has the file or a later release
// wrote it, with Unavailable when the disk fails, and with Internal when something
// that is required is missing. It leaves the file alone then.
func Open(c Config, read func(*bbolt.DB) error) (*bbolt.DB, error) {
	if err := c.fill(); err != nil {
		return nil, err
	}
	op := "open " + filepath.Base(c.Path)
	if read == nil {
		return nil, lineage.Errorf(lineage.Internal, op, "read is required")
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		return nil, lineage.E(lineage.Unavailable, op, err)
	}
	db, err := c.open(read)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, lineage.Errorf(lineage.Conflict, op, "another process has %s; stop it, or name another data directory", c.Path)
	case errors.Is(err, errLater):
		return nil, lineage.Errorf(lineage.Conflict, op, "%s: %w; start that release, or move the file away to begin anew", c.Path, err)
	case ofTheDisk(err):
		return nil, lineage.E(lineage.Unavailable, op, err)
	}
	if err := c.putAside(err); err != nil {
		return nil, lineage.E(lineage.Unavailable, op, err)
	}
	if db, err = c.open(read); err != nil {
		return nil, lineage.E(lineage.Unavailable, op, err)
	}
	return db, nil
}

func (c *Config) putAside(why error) error {
	aside := c.Path + ".damaged-" + c.Now().UTC().Format("20060102T150405.000")
	if err := os.Rename(c.Path, aside); err != nil {
		return err
	}
	c.Log.Error(filepath.Base(c.Path)+" is damaged and was put aside; "+c.Aside, "error", why, "kept_as", aside)
	return nil
}

// ofTheDisk tells what is no fault of the file's content.
func ofTheDisk(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.Is(err, errCommit) || errors.As(err, &path) || errors.As(err, &number)
}

// The reasons that are no damage.
var (
	errLater  = errors.New("a later release wrote it")
	errCommit = errors.New("it could not be written")
)

// Update writes what read has to write. What fails once f is done is the commit, and
// that is the disk's: bbolt hides some of its errors in text.
func Update(db *bbolt.DB, f func(*bbolt.Tx) error) error {
	done := false
	err := db.Update(func(tx *bbolt.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		done = true
		return nil
	})
	if err != nil && done {
		return errors.Join(errCommit, err)
	}
	return err
}

// syncDir makes the name of a new file outlive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
