package stitcher

import (
	"context"
	"slices"
	"time"

	"throughline/lineage"
)

// letGoAtOnce is how many executions leave before others have the lock.
const letGoAtOnce = 200

// letGo lets the closed executions leave that were touched least recently, when there
// are more events in memory than there is room for: a tenth of the room is made free.
// What leaves is in the store.
func (s *Stitcher) letGo(ctx context.Context) {
	s.mu.Lock()
	over := s.deps.Stored != nil && s.graph.Len() > s.cfg.Resident && !s.deps.Now().Before(s.crowdedUntil)
	s.mu.Unlock()
	if !over || s.takeTurn(ctx, "let go") != nil {
		return
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dirty || len(s.due) > 0 || s.graph.Lacks() {
		return // it is tried again in a moment
	}
	upTo := min(s.stored(), s.saved.Block, s.fed)
	room := s.cfg.Resident - s.cfg.Resident/10
	left := s.shrink(s.resident(), s.board, s.unsaved, room, upTo)
	s.metrics.resident.Set(float64(s.graph.Len()))
	s.pace(left)
}

// pace has it tried less and less often, up to once a minute, while all that is here is
// open or may not leave.
func (s *Stitcher) pace(left int) {
	const longest = time.Minute
	if left > 0 {
		s.crowded, s.crowdedUntil = 0, time.Time{}
		return
	}
	was := s.crowded
	if s.crowded = min(max(2*was, time.Second), longest); s.crowded == longest && was < longest {
		s.deps.Log.Warn("more events are in memory than there is room for: they are of open transactions, or on chains of causes", "events", s.graph.Len(), "room", s.cfg.Resident)
	}
	s.crowdedUntil = s.deps.Now().Add(s.crowded)
}

// fruitless is after how many executions in a row that do not leave it is given up.
const fruitless = 2000

// shrink lets closed executions leave a graph until it has no more than so many events,
// or none is left that may: the others are open, or change, or hold together with those.
// It returns how many events did.
func (s *Stitcher) shrink(m memory, b *board, unsaved unsaved, room int, upTo uint64) int {
	before := m.graph.Len()
	for tried := 0; m.graph.Len() > room; {
		// As many as have to, when they are as large as all are on average.
		enough := 1 + (m.graph.Len()-room)*b.resident()/m.graph.Len()
		quiet := b.quiet(enough, upTo)
		if len(quiet) == 0 {
			s.forget(m.graph, b, unsaved, nil) // what came back for a question
			break
		}
		for chunk := range slices.Chunk(quiet, letGoAtOnce) {
			if tried += len(chunk); s.forget(m.graph, b, unsaved, chunk) > 0 {
				tried = 0
			}
			m.free()
			m.hold()
			if tried >= fruitless {
				return before - m.graph.Len()
			}
		}
	}
	return before - m.graph.Len()
}

// forget lets executions leave a graph, but for those that are not stored as they are,
// and returns how many did.
func (s *Stitcher) forget(g *lineage.Graph, b *board, unsaved unsaved, refs []lineage.ExecutionRef) int {
	unstored := func(ref lineage.ExecutionRef) bool { _, waits := unsaved[ref]; return waits }
	kept := make(map[lineage.ExecutionRef]bool, len(refs))
	for _, ref := range refs {
		kept[ref] = true
	}
	left := slices.DeleteFunc(g.Evict(slices.DeleteFunc(slices.Clone(refs), unstored)), unstored)
	b.left(left)
	for _, ref := range left {
		delete(kept, ref)
		s.deps.Listener.Forget(ref)
	}
	for ref := range kept {
		b.touch(ref)
	}
	s.metrics.forgotten.Add(float64(len(left)))
	return len(left)
}
