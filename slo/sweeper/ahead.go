package sweeper

import (
	"bytes"
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"throughline/lineage"
)

// What was told may be ahead of what the stitcher has stored, and after a kill not be told
// again: an order that was nobody's for a moment is known by its event, and never stands by
// itself when both that concern it are read together. So the ledger keeps which executions
// were told as of which block, until the stitcher does not go back behind that.

// prunedAtOnce is how many more of them than come a commit takes away, at most.
const prunedAtOnce = 1_000

// Ahead returns the executions that were told as of later than a block, also those of which
// nothing is told any more, as far as any of it is in the ledger. It may be asked once Start
// has returned.
func (s *Sweeper) Ahead(block uint64) (refs []lineage.ExecutionRef, err error) {
	seen := make(map[lineage.ExecutionRef]bool)
	err = s.ledger.view("read what was told last", func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(aheadBucket)).Cursor()
		for k, raw := c.Seek(place(block + 1)); k != nil; k, raw = c.Next() {
			ref, err := readAhead(raw)
			if err != nil {
				return err
			}
			if !seen[ref] {
				seen[ref] = true
				refs = append(refs, ref)
			}
		}
		return nil
	})
	return refs, err
}

// Settled says that Ahead will not be asked of any earlier block.
func (s *Sweeper) Settled(block uint64) { s.floor.Store(block) }

// putAhead takes away which executions were told as of blocks up to one that is settled, and
// then writes which were as of later ones. In that order: to take entries off the front of
// many that the same commit has put there takes time with the square of them.
func putAhead(tx *bbolt.Tx, told map[lineage.ExecutionRef]uint64, settled uint64) error {
	b := tx.Bucket([]byte(aheadBucket))
	c := b.Cursor()
	k, _ := c.First()
	for n := len(told) + prunedAtOnce; n > 0 && len(k) >= 8 && binary.BigEndian.Uint64(k) <= settled; n-- {
		if err := c.Delete(); err != nil {
			return err
		}
		k, _ = c.First()
	}
	type written struct{ key, ref []byte }
	all := make([]written, 0, len(told))
	for ref, block := range told {
		if block <= settled {
			continue
		}
		w := make(wire, 1, 96)
		w[0] = compact
		w.text(ref.Flow)
		w.object(ref.Anchor)
		all = append(all, written{slices.Concat(place(block), refID(ref)), w.sealed()})
	}
	slices.SortFunc(all, func(a, b written) int { return bytes.Compare(a.key, b.key) })
	for _, w := range all {
		if err := b.Put(w.key, w.ref); err != nil {
			return err
		}
	}
	return nil
}

func readAhead(raw []byte) (lineage.ExecutionRef, error) {
	r := unseal(raw)
	ref := lineage.ExecutionRef{Flow: r.word(), Anchor: r.object()}
	return ref, r.err()
}
