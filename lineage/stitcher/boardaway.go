package stitcher

import (
	"encoding/binary"
	"maps"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// left notes that executions are not in the graph any more. Their summaries stay as long
// as there is room: those that started first are dropped first.
func (b *board) left(refs []lineage.ExecutionRef) {
	for _, ref := range refs {
		if r := b.row(ref); r != nil && r.resident {
			r.unlink()
			b.rest(r)
		}
	}
	for b.away > b.kept {
		r := b.oldest()
		if r == nil {
			return
		}
		fb := r.kind.flow
		b.lost.Add(number(r.ref()))
		fb.horizon = min(fb.horizon, -r.started)
		b.remove(r)
		b.drops++
	}
}

// rest has a row be of an execution that is not in the graph.
func (b *board) rest(r *boardRow) {
	r.resident = false
	r.kind.flow.left.add(r)
	b.away++
}

// oldest returns the next row to drop. A flow that has few keeps them, so that a busy one
// does not empty its pages.
func (b *board) oldest() *boardRow {
	var oldest *boardRow
	for _, fb := range b.flows {
		if fb.left.size <= b.kept/100 {
			continue
		}
		if r := fb.left.last(); oldest == nil || r.place().Compare(oldest.place()) > 0 {
			oldest = r
		}
	}
	return oldest
}

// dropped returns those of some executions that may have been dropped.
func (b *board) dropped(refs []lineage.ExecutionRef) []lineage.ExecutionRef {
	if b.drops == 0 {
		return nil
	}
	var lost []lineage.ExecutionRef
	for _, ref := range refs {
		if _, gone := b.gone[ref]; !gone && b.row(ref) == nil && b.lost.Has(number(ref)) {
			lost = append(lost, ref)
		}
	}
	return lost
}

// back enters executions that were dropped, as the store has them. They are counted
// already.
func (b *board) back(summaries []lineage.Summary) {
	for i := range summaries {
		s := &summaries[i]
		ref := lineage.ExecutionRef{Flow: s.Flow, Anchor: s.Anchor}
		if _, gone := b.gone[ref]; gone || b.flows[s.Flow] == nil || b.row(ref) != nil {
			continue
		}
		b.rest(b.flows[s.Flow].enter(s))
	}
}

// outline enters an execution that is not in the graph, and counts it.
func (b *board) outline(s *lineage.Summary) {
	fb := b.flows[s.Flow]
	if fb == nil || b.row(lineage.ExecutionRef{Flow: s.Flow, Anchor: s.Anchor}) != nil {
		return
	}
	r := fb.enter(s)
	fb.count(r, 1, b.now)
	b.rest(r)
}

// settle notes that what was told up to a turn is with the store: it shows nothing any
// more of what went before. Of that turn itself something may be on its way.
func (b *board) settle(stored uint64) {
	maps.DeleteFunc(b.gone, func(_ lineage.ExecutionRef, turn uint64) bool { return turn < stored })
}

// number stands for an execution.
func number(ref lineage.ExecutionRef) uint64 {
	text := make([]byte, 0, 128)
	for _, part := range [...]string{ref.Flow, ref.Anchor.Type, ref.Anchor.System, ref.Anchor.Scope, ref.Anchor.ID} {
		text = append(binary.AppendUvarint(text, uint64(len(part))), part...)
	}
	return xxhash.Sum64(text)
}
