// Package journaltest is a model of a file system as pessimistic as the
// contract of journal.FS allows: what was not synced may be lost, in part, by
// the sector. It is for tests of whatever stands on a journal.
package journaltest

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"throughline/collector/journal"
)

// ErrCrashed is what every call fails with once the file system has crashed.
var ErrCrashed = errors.New("the machine is down")

const sector = 512

// FS is a file system in memory. It is safe for concurrent use.
type FS struct {
	mu       sync.Mutex
	inodes   map[string]*inode // names as a running process sees them
	durable  map[string]*inode // names that a crash leaves
	locked   map[string]bool
	life     int // counts crashes: a handle of an earlier life is dead
	dead     bool
	steps    int // calls that change something, since the start
	crashAt  int // crash at this step; zero for never
	syncErr  error
	capacity int64 // bytes in all files together; zero for no bound
}

// inode is a file: what it holds now, and what it would hold after a crash that
// lost everything that may be lost.
type inode struct {
	now  []byte
	safe []byte
}

// New returns an empty file system.
func New() *FS {
	return &FS{inodes: map[string]*inode{}, durable: map[string]*inode{}, locked: map[string]bool{}}
}

// CrashAt makes the machine go down in the middle of the given step from now on;
// 1 is the next one.
func (f *FS) CrashAt(step int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.crashAt = f.steps + step
}

// FailSync makes every Sync and SyncDir fail from now on, until it is called with nil.
func (f *FS) FailSync(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncErr = err
}

// Capacity bounds the bytes of all files together; zero takes the bound away.
func (f *FS) Capacity(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.capacity = bytes
}

// Steps counts the calls that have changed something.
func (f *FS) Steps() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.steps
}

// Down tells whether the machine is down.
func (f *FS) Down() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead
}

// Stop makes every call fail from now on, as if the process had been killed.
func (f *FS) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
}

// Restart brings the machine up again after the process was killed: what was
// written is there, synced or not.
func (f *FS) Restart() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.revive()
}

// PowerLoss brings the machine up again after it lost power: every sector and
// every name that was not synced is there or not, as choose says (it returns a
// number from 0 to n-1).
func (f *FS) PowerLoss(choose func(n int) int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := maps.Clone(f.durable)
	for _, name := range f.sorted(f.inodes, f.durable) {
		now, was := f.inodes[name], f.durable[name]
		if now == was || choose(2) == 0 {
			continue
		}
		if now == nil {
			delete(names, name)
		} else {
			names[name] = now
		}
	}
	seen := map[*inode]bool{}
	for _, name := range f.sorted(names) {
		if n := names[name]; !seen[n] {
			seen[n] = true
			n.tear(choose)
		}
	}
	f.inodes, f.durable = names, maps.Clone(names)
	f.revive()
}

func (f *FS) sorted(sets ...map[string]*inode) []string {
	all := map[string]bool{}
	for _, set := range sets {
		for name := range set {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (f *FS) revive() {
	f.dead, f.crashAt, f.syncErr = false, 0, nil
	f.locked = map[string]bool{}
	f.life++
}

// tear settles what a file holds after a power loss.
func (n *inode) tear(choose func(int) int) {
	if slices.Equal(n.now, n.safe) {
		return
	}
	size := len(n.safe)
	if d := len(n.now) - size; d > 0 {
		size += choose(d + 1)
	} else if d < 0 {
		size -= choose(-d + 1)
	}
	out := make([]byte, size)
	copy(out, n.safe)
	for at := 0; at < size; at += sector {
		if end := min(at+sector, size); choose(2) == 1 && at < len(n.now) {
			copy(out[at:end], n.now[at:])
		}
	}
	n.now, n.safe = out, slices.Clone(out)
}

// step counts a change. It reports that this is the one the machine goes down in.
func (f *FS) step() (crash bool, err error) {
	if f.dead {
		return false, ErrCrashed
	}
	f.steps++
	if f.crashAt != 0 && f.steps >= f.crashAt {
		f.dead = true
		return true, nil
	}
	return false, nil
}

// MkdirAll does nothing: directories are not modelled.
func (f *FS) MkdirAll(string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return ErrCrashed
	}
	return nil
}

// List names the files in dir.
func (f *FS) List(dir string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return nil, ErrCrashed
	}
	var names []string
	for _, name := range f.sorted(f.inodes) {
		if filepath.Dir(name) == filepath.Clean(dir) {
			names = append(names, filepath.Base(name))
		}
	}
	return names, nil
}

// Create makes a file.
func (f *FS) Create(name string) (journal.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	crash, err := f.step()
	if err != nil {
		return nil, err
	}
	if f.inodes[name] != nil {
		return nil, fs.ErrExist
	}
	f.inodes[name] = &inode{}
	if crash {
		return nil, ErrCrashed
	}
	return &file{fs: f, life: f.life, node: f.inodes[name]}, nil
}

// Open opens a file.
func (f *FS) Open(name string) (journal.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return nil, ErrCrashed
	}
	n := f.inodes[name]
	if n == nil {
		return nil, fs.ErrNotExist
	}
	return &file{fs: f, life: f.life, node: n}, nil
}

// Remove deletes a name.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	crash, err := f.step()
	if err != nil {
		return err
	}
	if f.inodes[name] == nil {
		return fs.ErrNotExist
	}
	delete(f.inodes, name)
	if crash {
		return ErrCrashed
	}
	return nil
}

// SyncDir makes the names in dir durable.
func (f *FS) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	crash, err := f.step()
	if err != nil || crash {
		return errors.Join(err, ErrCrashed)
	}
	if f.syncErr != nil {
		return f.syncErr
	}
	for _, name := range f.sorted(f.inodes, f.durable) {
		if filepath.Dir(name) != filepath.Clean(dir) {
			continue
		}
		if n := f.inodes[name]; n != nil {
			f.durable[name] = n
		} else {
			delete(f.durable, name)
		}
	}
	return nil
}

type lock struct {
	fs   *FS
	life int
	name string
}

// Lock takes a lock, which a crash gives back.
func (f *FS) Lock(name string) (io.Closer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return nil, ErrCrashed
	}
	if f.locked[name] {
		return nil, journal.ErrLocked
	}
	f.locked[name] = true
	return &lock{f, f.life, name}, nil
}

func (l *lock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if l.life == l.fs.life {
		delete(l.fs.locked, l.name)
	}
	return nil
}

// Bytes returns what a file holds now, for tests that damage it.
func (f *FS) Bytes(name string) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.inodes[name]; n != nil {
		return slices.Clone(n.now)
	}
	return nil
}

// Put replaces what a file holds, durably, and makes it if it is not there.
func (f *FS) Put(name string, content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := &inode{now: slices.Clone(content), safe: slices.Clone(content)}
	f.inodes[name], f.durable[name] = n, n
}

// Delete takes a file away, durably.
func (f *FS) Delete(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.inodes, name)
	delete(f.durable, name)
}

// room returns how many of the wanted bytes still fit.
func (f *FS) room(want int64) int64 {
	if f.capacity == 0 {
		return want
	}
	used := int64(0)
	for _, n := range f.inodes {
		used += int64(len(n.now))
	}
	return max(0, min(want, f.capacity-used))
}
