package main

import (
	"maps"
	"sync"
)

// books say what was written: which blocks, of how many rows, and which of them
// the engine has acknowledged.
type books struct {
	mu    sync.Mutex
	last  uint64
	rows  map[uint64]uint64 // every block that was begun
	acked map[uint64]uint64
}

// open enters a new block and returns its id.
func (b *books) open(rows uint64) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rows == nil {
		b.rows, b.acked = map[uint64]uint64{}, map[uint64]uint64{}
	}
	b.last++
	b.rows[b.last] = rows
	return b.last
}

// acknowledge enters that a block is stored.
func (b *books) acknowledge(block uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acked[block] = b.rows[block]
}

// snapshot returns what is acknowledged now.
func (b *books) snapshot() map[uint64]uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.acked)
}

// size returns how many rows a block was begun with.
func (b *books) size(block uint64) (uint64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows, ok := b.rows[block]
	return rows, ok
}

// totals returns the blocks and the rows that are acknowledged.
func (b *books) totals() (blocks int, rows uint64) {
	for _, n := range b.snapshot() {
		rows += n
	}
	return len(b.snapshot()), rows
}
