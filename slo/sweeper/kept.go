package sweeper

import (
	"maps"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// saveEvery is how long what is told of a clock that does not change by it may wait for
// the disk: mostly more is told of the same one soon.
const saveEvery = 5 * time.Second

// keep records what is told of subjects whose clocks are not open, and notes up to
// which block all is kept once nothing is left.
func (s *Sweeper) keep(now time.Time, through uint64) error {
	if len(s.unsaved) >= maxRecorded || now.Sub(s.saved) >= saveEvery {
		if err := s.save(); err != nil {
			return err
		}
		s.saved = now
	}
	if len(s.unsaved) == 0 {
		s.unsaved = make(map[slo.Key]bool) // one that has held a lot never becomes smaller
	}
	if len(s.dirty)+len(s.unsaved)+len(s.doubt) > 0 {
		return nil
	}
	if hash := s.cat.Hash(); s.telling.by != hash {
		whole := telling{s.telling.number, hash}
		if err := s.record(&entry{telling: whole}); err != nil {
			return err
		}
		s.telling = whole
	}
	s.kept.Store(through)
	return nil
}

func (s *Sweeper) save() error {
	keys := slices.SortedFunc(maps.Keys(s.unsaved), slo.Key.Compare)
	for chunk := range slices.Chunk(keys, maxRecorded) {
		var e entry
		var saved []*held
		for _, key := range chunk {
			if h := s.held[key]; h != nil && !h.open {
				saved = append(saved, h)
				e.keep(h.row(h.clock(), s.telling.number))
			}
		}
		if err := s.record(&e); err != nil {
			return err
		}
		for _, key := range chunk {
			delete(s.unsaved, key)
		}
		s.leaveAll(saved)
	}
	return nil
}

// Kept is a block up to which all that was told is judged and will not be lost: either
// it is in the ledger, or it is of an open clock (see Awaiting). It stands still while
// nothing is judged yet after a start, and while the ledger cannot be written.
//
// The first does not last. Judging begins when all is stitched that had been
// acknowledged before the start. A source that is away, or silent, is not waited for:
// its deadlines breach provisionally. While the store is away there is no next block
// either. The second has the journal keep what is on the same disk, as it must.
func (s *Sweeper) Kept() uint64 { return s.kept.Load() }

// Holds tells whether all that had been told by a catalogue is kept. Then a start need
// tell only of what changed since Kept, and of the subjects that are awaited; otherwise
// of everything.
func (s *Sweeper) Holds(cat *lineage.Catalogue) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.telling.by == cat.Hash()
}

// Awaiting returns the subjects of all open clocks. What is told of them is not in the
// ledger, so after a start all executions that hold them have to be told before the
// first Through, also those that are closed.
func (s *Sweeper) Awaiting() []lineage.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[lineage.Object]bool)
	for _, h := range s.held {
		if h.open {
			found[h.key.Subject] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), lineage.Object.Compare)
}
