package stitcher

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"throughline/lineage"
)

// checkpoint is how far executions are stored, and by which catalogue. Losing it
// only means that more of them are written again.
type checkpoint struct {
	Writer    string `json:"writer"`
	Block     uint64 `json:"block"`
	Version   uint64 `json:"version"` // of executions: those up to it are as of blocks up to Block
	Catalogue string `json:"catalogue"`
	Format    int    `json:"format"` // of the stored executions
}

// format is that of executions that say what they await.
const format = 2

// flushed says that executions up to a version are stored, as of blocks up to one.
type flushed struct{ block, version uint64 }

// settled returns the last of what was flushed of which all that it follows from is
// stored, and kept by the listener; and what comes after it. Until then the events may
// have to be read from the journal again, and what stands in the store may be ahead of
// them.
func settled(all []flushed, upTo uint64) (last flushed, rest []flushed) {
	for len(all) > 0 && all[0].block <= upTo {
		last, all = all[0], all[1:]
	}
	return last, all
}

const checkpointFile = "stitcher.json"

// readCheckpoint returns the zero checkpoint when there is none of this writer.
func readCheckpoint(dir, writer string) (checkpoint, error) {
	raw, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return checkpoint{}, nil
	}
	if err != nil {
		return checkpoint{}, lineage.E(lineage.Unavailable, "read stitcher checkpoint", err)
	}
	var c checkpoint
	if json.Unmarshal(raw, &c) != nil || c.Writer != writer {
		return checkpoint{}, nil // torn, or of another journal: begin anew
	}
	return c, nil
}

// write replaces the checkpoint, durably: none, or a torn one, would have all be written again.
func (c checkpoint) write(dir string) error {
	raw, err := json.Marshal(c)
	if err == nil {
		err = replace(filepath.Join(dir, checkpointFile), raw)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return lineage.E(lineage.Unavailable, "write stitcher checkpoint", err)
	}
	return nil
}

func replace(path string, raw []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Doubt says that the stored executions may not be what the stored events come to, as
// after a kill while these were mapped anew: at the next start all of them are written
// again. It is called before Start.
func Doubt(dir, writer string) error {
	saved, err := readCheckpoint(dir, writer)
	if err != nil || saved.Catalogue == "" {
		return err
	}
	saved.Catalogue = ""
	return saved.write(dir)
}
