package journaltest

import (
	"io"
	"io/fs"
	"slices"
	"syscall"
)

// file is an open handle. It is dead once the file system has crashed, also
// when that is up again.
type file struct {
	fs   *FS
	life int
	node *inode
	shut bool
}

func (h *file) usable() error {
	if h.fs.dead || h.life != h.fs.life {
		return ErrCrashed
	}
	if h.shut {
		return fs.ErrClosed
	}
	return nil
}

// change is usable for a call that changes something.
func (h *file) change() (crash bool, err error) {
	if err := h.usable(); err != nil {
		return false, err
	}
	return h.fs.step()
}

func (h *file) ReadAt(b []byte, at int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(); err != nil {
		return 0, err
	}
	if at >= int64(len(h.node.now)) {
		return 0, io.EOF
	}
	n := copy(b, h.node.now[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *file) WriteAt(b []byte, at int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	crash, err := h.change()
	if err != nil {
		return 0, err
	}
	end := at + int64(len(b))
	grow := max(0, end-int64(len(h.node.now)))
	fits := int64(len(b)) - grow + h.fs.room(grow)
	if crash {
		fits /= 2
	}
	// The bytes are replaced, not changed: safe may share them.
	now := slices.Clone(h.node.now)
	if need := at + fits; need > int64(len(now)) {
		now = append(now, make([]byte, need-int64(len(now)))...)
	}
	copy(now[at:], b[:fits])
	h.node.now = now
	switch {
	case crash:
		return int(fits), ErrCrashed
	case fits < int64(len(b)):
		return int(fits), syscall.ENOSPC
	}
	return len(b), nil
}

func (h *file) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	crash, err := h.change()
	if err != nil {
		return err
	}
	now := make([]byte, size)
	copy(now, h.node.now)
	h.node.now = now
	if crash {
		return ErrCrashed
	}
	return nil
}

func (h *file) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	crash, err := h.change()
	if err != nil {
		return err
	}
	if crash {
		return ErrCrashed
	}
	if h.fs.syncErr != nil {
		return h.fs.syncErr
	}
	h.node.safe = h.node.now
	return nil
}

func (h *file) Size() (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(); err != nil {
		return 0, err
	}
	return int64(len(h.node.now)), nil
}

func (h *file) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	h.shut = true
	return nil
}
