package sweeper

import (
	"maps"
	"slices"

	"throughline/lineage"
	"throughline/slo"
)

// letGo notes that the stitcher has let go of an execution. Its keys leave once all is
// taken in that came with it: some of that may be about them.
func (s *Sweeper) letGo(ref lineage.ExecutionRef) {
	if x := s.inRef[ref]; x != nil {
		x.gone = true
		s.idle = append(s.idle, x.keys...)
	}
}

// leaveIdle looks at what may not be needed in memory.
func (s *Sweeper) leaveIdle() {
	s.leaveAll(s.idle)
	s.idle = nil
}

// leave lets a key out of memory, unless it is needed there: while its clock is open,
// while what is told of it is not judged and kept, while an execution that is there
// says something of it, and while a clock that was merged into it is open.
func (s *Sweeper) leave(h *held) {
	if h == nil || s.held[h.key] != h || h.open || s.dirty[h.key] || s.unsaved[h.key] {
		return
	}
	if slices.ContainsFunc(h.parts, func(p said) bool { return !p.by.gone }) || s.merged.bears(s, h) {
		return
	}
	for _, p := range h.parts {
		if p.by.leave(h); len(p.by.keys) == 0 {
			delete(s.inRef, p.by.ref)
		}
	}
	h.parts = nil
	s.name(h)
	delete(s.held, h.key)
}

// leave notes that there is more of an execution in the ledger.
func (x *holding) leave(h *held) {
	x.keys = slices.DeleteFunc(x.keys, func(k *held) bool { return k == h })
	x.part = true
}

// leaveAll looks whether keys that were judged or kept are still needed in memory, and
// those on which they hang.
func (s *Sweeper) leaveAll(all []*held) {
	for _, h := range all {
		if h == nil {
			continue
		}
		for _, bearer := range slices.Clone(s.merged.into[h.key]) {
			s.leave(bearer)
		}
		s.leave(h)
	}
}

// leastPeak is how many keys a map has held at least, before it is worth to be made anew.
const leastPeak = 4096

// shrink makes maps anew that have held a lot: Go's never become smaller.
func (s *Sweeper) shrink() {
	s.peak = max(s.peak, len(s.held))
	if s.peak < leastPeak || len(s.held) > s.peak/4 {
		return
	}
	all, inRef := make(map[slo.Key]*held, len(s.held)), make(map[lineage.ExecutionRef]*holding, len(s.inRef))
	maps.Copy(all, s.held)
	maps.Copy(inRef, s.inRef)
	s.held, s.inRef, s.peak = all, inRef, len(s.held)
}
