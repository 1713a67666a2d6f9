package view

import (
	"encoding/hex"
	"unicode/utf8"

	"throughline/lineage"
)

// Quarantine is a page of what was acknowledged but could not be used.
type Quarantine struct {
	Rows  []Quarantined
	Zone  string
	First string // address of the first page, "" on it
	Next  string // address of the next page, "" on the last
}

// Quarantined is one entry, with its reason and the beginning of its bytes.
type Quarantined struct {
	ID      string
	Time    Time
	Signal  string
	Source  string
	EventID string
	Type    string
	Reason  string
	Payload string
	Size    int
}

// NewQuarantined makes the rows of the page.
func NewQuarantined(list []lineage.Quarantined, c Clock) []Quarantined {
	out := make([]Quarantined, 0, len(list))
	for _, q := range list {
		out = append(out, Quarantined{
			ID: q.ID, Time: c.stamp(q.Ingested), Signal: q.Signal.String(), Source: q.Source, EventID: q.EventID,
			Type: q.Type, Reason: q.Reason, Payload: readable(q), Size: max(q.Size, len(q.Payload)),
		})
	}
	return out
}

// maxDump is how much of what is no text is shown.
const maxDump = 512

// readable shows text as text, and anything else as a dump of its first bytes.
func readable(q lineage.Quarantined) string {
	whole := len(q.Payload) >= q.Size
	if utf8.Valid(q.Payload) {
		text, cut := trim(string(q.Payload))
		if cut || !whole {
			return text + "\n… cut here"
		}
		return pretty(text)
	}
	shown := q.Payload[:min(len(q.Payload), maxDump)]
	if len(shown) == len(q.Payload) && whole {
		return hex.Dump(shown)
	}
	return hex.Dump(shown) + "… cut here"
}
