//go:build unix

package embedded

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// isOpen tells whether an engine holds the directory's lock. The engine locks
// the file "status" itself and is what really guards the directory; asking first
// turns its refusal into a plain sentence.
func isOpen(path string) bool {
	file, err := os.OpenFile(filepath.Join(path, "status"), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == unix.EWOULDBLOCK
}
