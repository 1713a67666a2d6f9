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
}

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

func (c checkpoint) write(dir string) error {
	const op = "write stitcher checkpoint"
	raw, err := json.Marshal(c)
	if err != nil {
		return lineage.E(lineage.Internal, op, err)
	}
	path := filepath.Join(dir, checkpointFile)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	return nil
}
