package journal

import (
	"errors"
	"io/fs"
	"path/filepath"

	"throughline/lineage"
)

// Free deletes the segments whose records are all at or before upTo. It never
// touches the active one. What cannot be deleted stays, and the next call tries
// again. One goroutine at a time should call it.
func (j *Journal) Free(upTo uint64) error {
	for {
		j.mu.Lock()
		if len(j.segments) < 2 || j.segments[1].begins() > upTo+1 {
			j.mu.Unlock()
			j.refillReserve()
			return nil
		}
		seg := j.segments[0]
		j.mu.Unlock()
		err := j.deps.FS.Remove(seg.path(j.cfg.Dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // gone: an earlier call could not make that durable
			return lineage.Errorf(lineage.Unavailable, "journal", "delete a segment: %w", err)
		}
		if err := j.deps.FS.SyncDir(j.cfg.Dir); err != nil {
			return lineage.Errorf(lineage.Unavailable, "journal", "delete a segment: %w", err)
		}
		j.mu.Lock()
		j.segments = j.segments[1:]
		j.bytes -= seg.size
		j.mu.Unlock()
	}
}

const reserveName = "reserve"

// refillReserve lays the reserve file by, if there is none. Failing is no error:
// the disk is full just now, and the next Free tries again.
func (j *Journal) refillReserve() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cfg.ReserveBytes == 0 || j.reserve {
		return
	}
	path := filepath.Join(j.cfg.Dir, reserveName)
	f, err := j.deps.FS.Create(path)
	if err != nil {
		return
	}
	_, err = f.WriteAt(make([]byte, j.cfg.ReserveBytes), 0)
	if err == nil {
		err = f.Sync()
	}
	_ = f.Close()
	if err != nil {
		_ = j.deps.FS.Remove(path)
		return
	}
	j.reserve = true
}

// giveUpReserve deletes the reserve file and tells whether that made room.
func (j *Journal) giveUpReserve() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.reserve || j.deps.FS.Remove(filepath.Join(j.cfg.Dir, reserveName)) != nil {
		return false
	}
	j.reserve = false
	return j.deps.FS.SyncDir(j.cfg.Dir) == nil
}
