package embedded

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"throughline/lineage"
)

// configuration is what arguments cannot say to the engine: the defaults of
// tables, and what its one user may do. Naming the file also keeps the engine
// from picking up a config.xml that happens to lie in the working directory.
//
//go:embed engine.xml users.xml
var configuration embed.FS

// directory is the engine's data directory, an absolute path.
type directory string

// prepare makes the directory, if needed, and puts into it what the engine reads
// at its start.
func prepare(path string) (directory, error) {
	const op = "embedded.prepare"
	path, err := filepath.Abs(path)
	if err != nil {
		return "", lineage.Errorf(lineage.Invalid, op, "the path cannot be made absolute: %w", err)
	}
	dir := directory(path)
	if err := os.MkdirAll(dir.file("metadata"), 0o700); err != nil {
		return "", lineage.Errorf(lineage.Internal, op, "cannot make the data directory: %w", err)
	}
	if isOpen(path) {
		return "", lineage.Errorf(lineage.Conflict, op, "another engine has %s open: stop it, or name another directory", path)
	}
	for _, name := range []string{"engine.xml", "users.xml"} {
		text, err := fs.ReadFile(configuration, name)
		if err != nil {
			return "", lineage.E(lineage.Internal, op, err)
		}
		if err := os.WriteFile(dir.file(name), text, 0o600); err != nil {
			return "", lineage.Errorf(lineage.Internal, op, "cannot write the engine's configuration: %w", err)
		}
	}
	return dir, dir.nameDefault()
}

// nameDefault gives a new directory its database "default", before the engine
// makes one that shows the working directory's files as tables.
func (d directory) nameDefault() error {
	const op = "embedded.nameDefault"
	path := d.file("metadata", "default.sql")
	if isFile(path) {
		return nil
	}
	text := "ATTACH DATABASE _ UUID '" + uuid.NewString() + "'\nENGINE = Atomic\n"
	fresh, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return lineage.Errorf(lineage.Internal, op, "cannot write the database's definition: %w", err)
	}
	_, written := fresh.WriteString(text)
	// It names where all tables are, so it is on the disk before it has its name.
	if err := errors.Join(written, fresh.Sync(), fresh.Close(), os.Rename(path+".new", path)); err != nil {
		return lineage.Errorf(lineage.Internal, op, "cannot write the database's definition: %w", err)
	}
	return nil
}

func (d directory) file(names ...string) string {
	return filepath.Join(append([]string{string(d)}, names...)...)
}
