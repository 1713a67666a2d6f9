package stitcher

import "throughline/lineage"

// resident counts the executions of the board that are in the graph.
func (b *board) resident() int {
	all := 0
	for _, fb := range b.flows {
		all += fb.rows.size
	}
	return all - b.away
}

// touch notes that somebody asked for an execution: it is in the graph.
func (b *board) touch(ref lineage.ExecutionRef) {
	if r := b.row(ref); r != nil {
		b.stay(r)
	}
}

// stay has a row be in the graph, and be the last to leave it.
func (b *board) stay(r *boardRow) {
	b.reside(r)
	r.unlink()
	if r.tally.closed() {
		r.prev, r.next = b.asked.prev, &b.asked
		r.prev.next, r.next.prev = r, r
	}
}

// reside has a row be in the graph.
func (b *board) reside(r *boardRow) {
	if !r.resident {
		r.resident = true
		r.kind.flow.left.remove(r)
		b.away--
	}
}

func (r *boardRow) unlink() {
	if r.next != nil {
		r.prev.next, r.next.prev = r.next, r.prev
		r.prev, r.next = nil, nil
	}
}

// quiet returns up to n closed executions of the graph whose turn is with the store,
// the longest untouched first.
func (b *board) quiet(n int, stored uint64) []lineage.ExecutionRef {
	b.settle(stored)
	var refs []lineage.ExecutionRef
	for r := b.asked.next; r != &b.asked && len(refs) < n; r = r.next {
		if r.turn <= stored {
			refs = append(refs, r.ref())
		}
	}
	return refs
}
