package alerts

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"throughline/lineage"
)

// bookFile is the name of the book in its directory.
const bookFile = "alerts.db"

// errNewer says that a book is not damaged, but of a later release.
var errNewer = errors.New("a later release wrote it")

// openBook opens the book, or begins one. A damaged one is put aside, loudly: the
// next breach must be told, and the ledger still holds what was not taken in.
func openBook(cfg *Config, log *slog.Logger, now func() time.Time) (*book, *memory, error) {
	const op = "open alerts.db"
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, nil, lineage.E(lineage.Unavailable, op, err)
	}
	path := filepath.Join(cfg.Dir, bookFile)
	b, m, err := openFile(path, cfg.noSync)
	if err == nil {
		return b, m, nil
	}
	var onDisk *fs.PathError
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, nil, lineage.Errorf(lineage.Conflict, op, "another process has %s; stop it, or name another data directory", path)
	case errors.Is(err, errNewer):
		return nil, nil, lineage.Errorf(lineage.Conflict, op, "%s: %w; start that release, or move the file away to begin anew", path, err)
	case errors.As(err, &onDisk):
		return nil, nil, lineage.E(lineage.Unavailable, op, err)
	}
	aside := path + ".damaged-" + now().UTC().Format("20060102T150405.000")
	if err := os.Rename(path, aside); err != nil {
		return nil, nil, lineage.E(lineage.Unavailable, op, err)
	}
	log.Error("alerts.db is damaged and was put aside; alerts begin anew with what the ledger still holds. "+
		"Earlier incidents and acknowledgements are in the store only; close by hand at the receiver what still fires there",
		"error", err, "kept_as", aside)
	if b, m, err = openFile(path, cfg.noSync); err != nil {
		return nil, nil, lineage.E(lineage.Unavailable, op, err)
	}
	return b, m, nil
}

// openFile opens and reads a book. bbolt takes its pages as they are and panics on
// those that make no sense; a file that was cut short even faults. Both are errors
// here.
func openFile(path string, noSync bool) (b *book, m *memory, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(fmt.Errorf("it makes no sense: %v", p), err)
		}
		switch {
		case err == nil:
		case b != nil:
			err = errors.Join(err, b.db.Close())
		case file != nil:
			_ = file.Close() // bbolt has closed it as well, unless it panicked
		}
	}()
	_, missing := os.Stat(path)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoSync: noSync,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, nil, err
	}
	b = &book{db: db}
	if err := db.Update(lay); err != nil {
		return b, nil, err
	}
	if missing != nil {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return b, nil, err
		}
	}
	m, err = b.load()
	return b, m, err
}

// lay makes the buckets of a new book, and checks the format of an old one.
func lay(tx *bbolt.Tx) error {
	for _, name := range []string{metaBucket, incidentsBucket, waitingBucket, outboxBucket, unsavedBucket} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	meta := tx.Bucket([]byte(metaBucket))
	switch found := string(meta.Get([]byte(formatName))); found {
	case format:
		return nil
	case "":
		return meta.Put([]byte(formatName), []byte(format))
	default:
		return fmt.Errorf("its format is %q: %w", found, errNewer)
	}
}

// syncDir makes the name of a new file outlive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
