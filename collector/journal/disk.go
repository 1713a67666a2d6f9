package journal

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// ErrLocked is what FS.Lock answers when another process has the lock.
var ErrLocked = errors.New("locked by another process")

// Disk is the operating system's file system. Files are made with mode 0600 and
// directories with 0700; a symbolic link in the place of a file is refused.
type Disk struct{}

// MkdirAll makes dir and closes it to other users.
func (Disk) MkdirAll(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// List names what is in dir.
func (Disk) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// Create makes a new file.
func (Disk) Create(name string) (File, error) { return open(name, os.O_CREATE|os.O_EXCL) }

// Open opens an existing file for reading and writing.
func (Disk) Open(name string) (File, error) { return open(name, 0) }

// Remove deletes a file.
func (Disk) Remove(name string) error { return os.Remove(name) }

// SyncDir makes the names in dir durable.
func (Disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock takes an advisory lock, which the kernel drops when the process ends.
func (Disk) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return f, nil
}

type diskFile struct{ *os.File }

func open(name string, flags int) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|flags|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

func (f diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
