package pipeline

import (
	"encoding/json"

	"throughline/collector/journal"
	"throughline/lineage"
)

// cut is what the ledger keeps of a block: enough to make it again. With Salvage
// its records were in a block that was given up. What the store has of that one
// is spans, perhaps, whose events and identifiers are missing; so these are added
// for resent spans too. They may be there twice then, which does no harm.
type cut struct {
	Writer    string         `json:"writer"`
	Block     uint64         `json:"block"`
	First     uint64         `json:"first"`     // the seq behind the block before
	Last      uint64         `json:"last"`      // the seq of its last record
	Records   int            `json:"records"`   // how many it was made of, damage counts as one
	Through   journal.Counts `json:"through"`   // items of the journal up to Last
	Catalogue string         `json:"catalogue"` // hash
	Decoder   uint32         `json:"decoder"`   // version
	Day       int64          `json:"day"`       // of ingestion, days since 1970
	Salvage   bool           `json:"salvage,omitempty"`
	Fates     runs           `json:"fates,omitempty"`
	Rows      [5]int         `json:"rows"` // spans, logs, events, identifiers, quarantine
	Digest    uint64         `json:"digest"`
	Tally     Tally          `json:"tally"`
	Base      journal.Counts `json:"base"`  // as in the checkpoint
	Since     [4]uint64      `json:"since"` // as in the checkpoint

	seq uint64 // in the ledger
}

// same tells whether two cuts describe the same rows.
func (c *cut) same(d *cut) bool {
	return c.Last == d.Last && c.Rows == d.Rows && c.Digest == d.Digest && c.Day == d.Day && c.Tally == d.Tally
}

// fate is what the sifting made of one item of a block.
type fate uint8

const (
	keep     fate = iota
	resent        // the same again: dropped
	conflict      // the same identity with other content: quarantined
)

// run gives a fate to N items of a block from item From on. Items are counted in
// the order of decoding; those in no run are kept.
type run struct {
	From, N int
	Fate    fate
}

// runs is in order, without overlap. As JSON it is a list of numbers.
type runs []run

func (r *runs) add(item int, f fate) {
	if f == keep {
		return
	}
	if n := len(*r); n > 0 {
		if last := &(*r)[n-1]; last.Fate == f && last.From+last.N == item {
			last.N++
			return
		}
	}
	*r = append(*r, run{item, 1, f})
}

// MarshalJSON writes three numbers a run.
func (r runs) MarshalJSON() ([]byte, error) {
	flat := make([]int, 0, 3*len(r))
	for _, u := range r {
		flat = append(flat, u.From, u.N, int(u.Fate))
	}
	return json.Marshal(flat)
}

// UnmarshalJSON refuses what is not in order.
func (r *runs) UnmarshalJSON(b []byte) error {
	var flat []int
	if err := json.Unmarshal(b, &flat); err != nil {
		return err
	}
	if len(flat)%3 != 0 {
		return lineage.Errorf(lineage.Invalid, "read a cut", "fates come in threes")
	}
	*r = nil
	end := 0
	for ; len(flat) > 0; flat = flat[3:] {
		u := run{flat[0], flat[1], fate(flat[2])}
		if u.From < end || u.N <= 0 || u.From+u.N < u.From || flat[2] != int(resent) && flat[2] != int(conflict) {
			return lineage.Errorf(lineage.Invalid, "read a cut", "fates are not in order")
		}
		end = u.From + u.N
		*r = append(*r, u)
	}
	return nil
}

// checkpoint says how far blocks are stored, and with what result.
type checkpoint struct {
	Writer  string         `json:"writer"`
	Block   uint64         `json:"block"` // the last block that is stored
	Last    uint64         `json:"last"`  // the seq of its last record
	Through journal.Counts `json:"through"`
	Base    journal.Counts `json:"base"`   // items that were in the journal before this ledger began
	Totals  Tally          `json:"totals"` // of all blocks up to Block
	At      int64          `json:"at"`     // when the last record of it came in, ns since 1970
	Since   [4]uint64      `json:"since"`  // the block from which each window remembers, by signal
	Freed   mark           `json:"freed"`
	Top     uint64         `json:"top"`   // the highest block that was ever cut
	Reach   uint64         `json:"reach"` // the last record of any block that was given up
}

// mark is the block that nobody needs any more, nor any before it.
type mark struct {
	Block    uint64         `json:"block"`
	Last     uint64         `json:"last"`
	Through  journal.Counts `json:"through"`
	Stitched journal.Counts `json:"stitched"` // events in all blocks up to it
}
