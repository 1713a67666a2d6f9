package journal

import "io"

// FS is the part of a file system that a journal stands on. What a method says
// about durability is what the journal relies on, and no more: a write is safe
// after Sync of its file, a new or removed name after SyncDir.
type FS interface {
	MkdirAll(dir string) error
	List(dir string) (names []string, err error)
	Create(name string) (File, error) // fails when the name exists
	Open(name string) (File, error)
	Remove(name string) error
	SyncDir(dir string) error
	// Lock takes the file for this process until the closer is closed. It fails
	// with ErrLocked at once when another one has it.
	Lock(name string) (io.Closer, error)
}

// File is one open file. ReadAt may be called while another goroutine writes.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}
