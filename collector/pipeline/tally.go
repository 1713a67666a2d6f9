package pipeline

import (
	"throughline/collector/journal"
	"throughline/lineage"
)

// Account says what became of the items of one signal.
type Account struct {
	// Received is what the journal counted; Adjusted is by how much that was wrong,
	// as the decoder found.
	Received     uint64 `json:"received,omitempty"`
	Adjusted     int64  `json:"adjusted,omitempty"`
	Stored       uint64 `json:"stored,omitempty"`
	Quarantined  uint64 `json:"quarantined,omitempty"`
	Deduplicated uint64 `json:"deduplicated,omitempty"`
	Events       uint64 `json:"events,omitempty"` // handed to the feed; not a fate of items
}

// Tally is an account for each signal; the index is the lineage.Signal.
type Tally [lineage.Events + 1]Account

func (t *Tally) add(u Tally) {
	for i, a := range u {
		t[i].Received += a.Received
		t[i].Adjusted += a.Adjusted
		t[i].Stored += a.Stored
		t[i].Quarantined += a.Quarantined
		t[i].Deduplicated += a.Deduplicated
		t[i].Events += a.Events
	}
}

// receive accounts for the items between two positions of the journal, and for
// those that lie between but in no record: damage took them, and what is left of
// their bytes is in quarantine.
func (t *Tally) receive(from journal.Counts, rec *journal.Record) (through journal.Counts) {
	through = rec.After()
	for i := range through {
		through[i] = max(through[i], from[i])
		before := max(rec.Before[i], from[i])
		t[i].Received += through[i] - from[i]
		t[i].Quarantined += before - from[i]
	}
	return through
}

func signalOf(k lineage.EventKind) lineage.Signal {
	switch k {
	case lineage.SpanEvent:
		return lineage.Traces
	case lineage.LogEvent:
		return lineage.Logs
	default:
		return lineage.Events
	}
}
