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
	mu   sync.Mutex
	last map[string]time.Time // its keys change with the catalogue only
}

// begin knows the sources of a catalogue from now on, and when they were heard last.
func (h *heard) begin(last map[string]time.Time, cat *lineage.Catalogue) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = make(map[string]time.Time)
	for _, source := range cat.Heartbeats() {
		h.last[source] = last[source]
	}
}

// note takes the events of a block.
func (h *heard) note(events []lineage.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.last) == 0 {
		return
	}
	for i := range events {
		later(h.last, &events[i])
	}
}

func later(last map[string]time.Time, e *lineage.Event) {
	if at, promised := last[e.Source]; promised && e.Ingested.After(at) {
		last[e.Source] = e.Ingested
	}
}

// Heard returns when each source that promised a heartbeat last said anything; the
// zero time for one that never did.
func (s *Stitcher) Heard() map[string]time.Time {
	s.heard.mu.Lock()
	defer s.heard.mu.Unlock()
	return maps.Clone(s.heard.last)
}
