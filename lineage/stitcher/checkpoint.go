package stitcher

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"throughline/lineage"
)

// checkpoint is how far executions are stored. Losing it only means that more
// of them are written again.
type checkpoint struct {
	Writer string `json:"writer"`
	Block  uint64 `json:"block"`
}

const checkpointFile = "stitcher.json"

func readCheckpoint(dir, writer string) (uint64, error) {
	raw, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, lineage.E(lineage.Unavailable, "read stitcher checkpoint", err)
	}
	var c checkpoint
	if json.Unmarshal(raw, &c) != nil || c.Writer != writer {
		return 0, nil // torn, or of another journal: begin anew
	}
	return c.Block, nil
}

func writeCheckpoint(dir, writer string, block uint64) error {
	const op = "write stitcher checkpoint"
	raw, err := json.Marshal(checkpoint{writer, block})
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
