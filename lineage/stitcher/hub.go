package stitcher

import (
	"maps"
	"slices"
	"sync"

	"throughline/lineage"
)

// hub hands changes to subscribers. Nobody is waited for: what a subscriber has
// not taken yet is merged with what comes after it, so a slow one gets fewer
// and larger changes and loses none.
type hub struct {
	mu     sync.Mutex
	closed bool
	subs   map[*subscriber]bool
}

type subscriber struct {
	tenant  string
	mu      sync.Mutex
	pending map[lineage.ExecutionRef]bool
	wake    chan struct{}
	stop    chan struct{}
	once    sync.Once
}

func newHub() *hub { return &hub{subs: make(map[*subscriber]bool)} }

// Subscribe hands over every change of a tenant's executions from now on. The
// channel is closed after cancel and when the stitcher stops.
func (s *Stitcher) Subscribe(tenant string) (<-chan lineage.Change, func()) {
	return s.hub.subscribe(tenant)
}

func (h *hub) subscribe(tenant string) (<-chan lineage.Change, func()) {
	sub := &subscriber{
		tenant: tenant, pending: make(map[lineage.ExecutionRef]bool),
		wake: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	out := make(chan lineage.Change)
	cancel := func() {
		h.mu.Lock()
		delete(h.subs, sub)
		h.mu.Unlock()
		sub.once.Do(func() { close(sub.stop) })
	}
	h.mu.Lock()
	closed := h.closed
	if !closed {
		h.subs[sub] = true
	}
	h.mu.Unlock()
	if closed {
		cancel()
	}
	go sub.deliver(out)
	return out, cancel
}

func (sub *subscriber) deliver(out chan<- lineage.Change) {
	defer close(out)
	for {
		select {
		case <-sub.stop:
			return
		case <-sub.wake:
		}
		sub.mu.Lock()
		refs := slices.Collect(maps.Keys(sub.pending))
		clear(sub.pending)
		sub.mu.Unlock()
		select {
		case out <- lineage.Change{Tenant: sub.tenant, Executions: refs}:
		case <-sub.stop:
			return
		}
	}
}

func (h *hub) publish(change lineage.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for sub := range h.subs {
		if sub.tenant != change.Tenant {
			continue
		}
		sub.mu.Lock()
		for _, ref := range change.Executions {
			sub.pending[ref] = true
		}
		sub.mu.Unlock()
		select {
		case sub.wake <- struct{}{}:
		default:
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for sub := range h.subs {
		delete(h.subs, sub)
		sub.once.Do(func() { close(sub.stop) })
	}
}
