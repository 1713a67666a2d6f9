package stitcher

import (
	"maps"
	"sync"
	"time"

	"throughline/lineage"
)

// heard remembers when each source that promised a heartbeat last said anything,
// by when it arrived. It has a lock of its own: who asks does not wait for a
// recomputation.
type heard struct {
	mu   *sync.Mutex
	last map[string]time.Time
}

func newHeard(cat *lineage.Catalogue) heard {
	h := heard{mu: new(sync.Mutex), last: make(map[string]time.Time)}
	h.reset(cat)
	return h
}

// reset forgets all and knows the sources of a catalogue.
func (h heard) reset(cat *lineage.Catalogue) {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.last)
	for _, source := range cat.Heartbeats() {
		h.last[source] = time.Time{}
	}
}

func (h heard) note(e *lineage.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if last, promised := h.last[e.Source]; promised && e.Ingested.After(last) {
		h.last[e.Source] = e.Ingested
	}
}

// all notes every event of a graph.
func (h heard) all(g *lineage.Graph) {
	h.mu.Lock()
	promised := len(h.last) > 0
	h.mu.Unlock()
	if !promised {
		return
	}
	for e := range g.Events() {
		h.note(e)
	}
}

// Heard returns when each source that promised a heartbeat last said anything; the
// zero time for one that never did.
func (s *Stitcher) Heard() map[string]time.Time {
	s.heard.mu.Lock()
	defer s.heard.mu.Unlock()
	return maps.Clone(s.heard.last)
}
