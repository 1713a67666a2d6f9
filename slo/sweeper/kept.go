package sweeper

import (
	"bytes"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// saveEvery is how long what is told of a clock that does not change by it may wait for
// the disk: mostly more is told of the same one soon. However much that is, deadlines wait
// for one commit of it at a time.
const saveEvery = 5 * time.Second

// saving is what was told up to a block and is still to be saved, commit by commit. What is
// told meanwhile may be saved with it.
type saving struct {
	through uint64
	keys    []slo.Key
}

// keep records some of what is told of subjects whose clocks did not change by it, and
// notes up to which block all is kept.
func (s *Sweeper) keep(now time.Time, through uint64) error {
	if len(s.dirty) > 0 {
		return nil // judging was broken off, and a row is written with what it was judged by
	}
	if s.saving == nil && (len(s.unsaved) == 0 || now.Sub(s.saved) >= saveEvery) {
		s.saving, s.saved = &saving{through, inOrder(s.unsaved)}, now
	}
	if s.saving == nil {
		return nil
	}
	if n := min(len(s.saving.keys), s.cfg.atOnce); n > 0 {
		if err := s.save(s.saving.keys[:n]); err != nil {
			return err
		}
		s.saving.keys = s.saving.keys[n:]
	}
	if len(s.unsaved) == 0 {
		s.unsaved, s.saving = make(map[slo.Key]bool), &saving{through: through} // one that has held a lot never becomes smaller
	}
	if len(s.saving.keys) > 0 {
		return nil
	}
	if hash := s.cat.Hash(); s.telling.by != hash {
		whole := telling{s.telling.number, hash}
		if err := s.record(&entry{telling: whole}); err != nil {
			return err
		}
		s.tell(whole)
	}
	s.kept.Store(s.saving.through)
	s.saving = nil
	return nil
}

// inOrder returns keys as the ledger has them, so that what lies together is written
// together.
func inOrder(keys map[slo.Key]bool) []slo.Key {
	type placed struct {
		at  id
		key slo.Key
	}
	all := make([]placed, 0, len(keys))
	for key := range keys {
		all = append(all, placed{idOf(key), key})
	}
	slices.SortFunc(all, func(a, b placed) int { return bytes.Compare(a.at[:], b.at[:]) })
	sorted := make([]slo.Key, len(all))
	for i := range all {
		sorted[i] = all[i].key
	}
	return sorted
}

// save records what is told of some subjects, unless it was meanwhile.
func (s *Sweeper) save(keys []slo.Key) error {
	var e entry
	var saved []*held
	for _, key := range keys {
		if h := s.held[key]; h != nil && s.unsaved[key] {
			saved = append(saved, h)
			e.keep(h.row(h.clock(), s.telling.number))
		}
	}
	if err := s.record(&e); err != nil {
		return err
	}
	for _, key := range keys {
		delete(s.unsaved, key)
	}
	s.leaveAll(saved)
	return nil
}

// Kept is a block up to which all that was told is judged and in the ledger. It stands
// still while nothing is judged yet after a start, and while the ledger cannot be written;
// Stop brings it up to what was told last.
//
// The first does not last. Judging begins when all is stitched that had been
// acknowledged before the start. A source that is away, or silent, is not waited for:
// its deadlines breach provisionally. While the store is away there is no next block
// either. The second has the journal keep what is on the same disk, as it must.
func (s *Sweeper) Kept() uint64 { return s.kept.Load() }

// Holds tells whether all that had been told by a catalogue is in the ledger. Then a start
// need tell only of the executions that changed since Kept, also of those that are gone;
// otherwise of everything. It may be asked once Start has returned, and waits for nobody.
func (s *Sweeper) Holds(cat *lineage.Catalogue) bool {
	by := s.by.Load()
	return by != nil && *by == cat.Hash()
}
