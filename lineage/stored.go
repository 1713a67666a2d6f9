package lineage

import (
	"cmp"
	"time"
)

// Place is where a row of evidence stands in the journals: the order of places is that
// in which a journal's rows were stored.
type Place struct {
	Writer string
	Block  uint64
	Row    uint32
}

// Compare orders places by writer, block and row.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Writer, q.Writer), cmp.Compare(p.Block, q.Block), cmp.Compare(p.Row, q.Row))
}

// Stored is an event in its place, as it is mapped now.
type Stored struct {
	Place
	Event      *Event
	Generation uint64 // of the re-mapping that mapped it; 0: as it came in
	Refused    bool   // its contract does not take it any more: it names nothing
}

// Remapped is one event that is mapped otherwise than before.
type Remapped struct {
	Was Event // the zero Event: it was none
	Now Event
}

// RemapWriter begins the names of the writers of events that were refused when they came
// in and that a catalogue of later days has taken.
const RemapWriter = "remap-"

// RefusedPlace is where a CloudEvent stands among those that were quarantined: by when it
// came in, and its id there.
type RefusedPlace struct {
	Ingested time.Time
	ID       string
}
