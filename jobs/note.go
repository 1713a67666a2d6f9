package jobs

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"throughline/lineage"
)

// note is how far the re-mapping is, as it is kept between two lives.
type note struct {
	Catalogue  string                `json:"catalogue"`  // hash; "": nothing was ever mapped anew
	Generation uint64                `json:"generation"` // when it began, in microseconds since 1970
	Part       part                  `json:"part"`
	After      lineage.Place         `json:"after"`    // of the events
	Refused    lineage.RefusedPlace  `json:"refused"`  // of what was quarantined
	Observed   lineage.ObservedPlace `json:"observed"` // of the spans, and then of the log records
	Blocks     uint64                `json:"blocks"`   // that it has appended
	Counted    bool                  `json:"counted"`  // Total is known

	Done      int64     `json:"done"`
	Total     int64     `json:"total"`
	Changed   int64     `json:"changed"`
	Rejected  int64     `json:"rejected"`
	Released  int64     `json:"released"`
	Unkept    int64     `json:"unkept"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Doubt     bool      `json:"doubt"` // what follows may not all be with the store
}

// part is which evidence is being worked through.
type part string

const (
	partEvents  part = "events"
	partRefused part = "refused"
	partSpans   part = "spans"
	partLogs    part = "logs"
	partEnd     part = "end"
)

const noteFile = "remap.json"

func readNote(dir string) (n note, err error) {
	text, err := os.ReadFile(filepath.Join(dir, noteFile))
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err != nil {
		return n, lineage.E(lineage.Unavailable, "read "+noteFile, err)
	}
	return n, nil
}

// write keeps the note, all at once and on the disk.
func (n *note) write(dir string) (err error) {
	const op = "write " + noteFile
	text, err := json.Marshal(n)
	if err != nil {
		return lineage.E(lineage.Internal, op, err)
	}
	path := filepath.Join(dir, noteFile)
	f, err := os.OpenFile(path+".next", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".next", path)
	}
	if err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	return nil
}

// InDoubt tells whether a life ended while evidence was mapped anew, so that what follows
// from it may not all be with the store.
func InDoubt(dir string) (bool, error) {
	n, err := readNote(dir)
	return n.Doubt, err
}
