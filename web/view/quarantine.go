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
			Type: q.Type, Reason: q.Reason, Payload: readable(q.Payload), Size: len(q.Payload),
		})
	}
	return out
}

// readable shows text as text, and anything else as a dump of its first bytes.
func readable(payload []byte) string {
	if utf8.Valid(payload) {
		return pretty(string(payload))
	}
	if len(payload) <= 512 {
		return hex.Dump(payload)
	}
	return hex.Dump(payload[:512]) + "… cut here"
}
