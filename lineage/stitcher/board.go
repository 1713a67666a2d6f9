package stitcher

import (
	"math"
	"strings"
	"time"

	"throughline/lineage"
)

// maxKept is how many summaries are kept of executions that have left the graph.
const maxKept = 100_000

// board keeps the summaries of the executions that are in the graph and of the newest
// others, and counts all there are.
type board struct {
	flows map[string]*flowBoard
	order []string // of flows, as the pages show them
	kept  int      // most summaries of executions that have left the graph
	away  int      // how many there are
	asked boardRow // before the first and behind the last of the closed ones in the graph, by when they were touched

	gone  map[lineage.ExecutionRef]uint64 // those that the store may still show, by the turn in which they went
	lost  lineage.NumberSet               // of those that were dropped
	drops uint64                          // how often any were
	now   func() time.Time
}

type flowBoard struct {
	name    string
	stages  []string
	rows    ordered[*boardRow] // newest first
	left    ordered[*boardRow] // those of them that have left the graph
	found   map[rowKey]*boardRow
	kinds   map[kindKey]*kind
	tallies map[tallyKey]*tally
	took    took
	horizon int64 // greatest start, negated, of all that were dropped: whatever started later is here
}

func newBoard(cat *lineage.Catalogue) *board {
	b := &board{flows: make(map[string]*flowBoard), kept: maxKept, gone: make(map[lineage.ExecutionRef]uint64), now: time.Now}
	b.asked.prev, b.asked.next = &b.asked, &b.asked
	for _, f := range cat.Flows() {
		fb := b.add(f.Name)
		for _, s := range f.Stages {
			fb.stages = append(fb.stages, s.Name)
		}
	}
	b.add(lineage.TransactionFlow)
	return b
}

func (b *board) add(name string) *flowBoard {
	fb := &flowBoard{
		name: name, rows: ordered[*boardRow]{compare: compareRows}, left: ordered[*boardRow]{compare: compareRows},
		found: make(map[rowKey]*boardRow), kinds: make(map[kindKey]*kind), tallies: make(map[tallyKey]*tally),
		took: make(took), horizon: math.MaxInt64,
	}
	b.flows[name] = fb
	b.order = append(b.order, name)
	return fb
}

// refs returns every execution that is on the board.
func (b *board) refs() []lineage.ExecutionRef {
	var refs []lineage.ExecutionRef
	for _, fb := range b.flows {
		for _, r := range fb.found {
			refs = append(refs, r.ref())
		}
	}
	return refs
}

// row returns the row of an execution; nil: it is not on the board.
func (b *board) row(ref lineage.ExecutionRef) *boardRow {
	fb := b.flows[ref.Flow]
	if fb == nil {
		return nil
	}
	k := fb.kinds[kindKey{ref.Anchor.Type, ref.Anchor.System, ref.Anchor.Scope}]
	return fb.found[rowKey{k, ref.Anchor.ID}]
}

// put replaces what is known of an execution that is in the graph; nil takes it away. A
// turn is a number that never falls, so that it can be told what is with the store. One
// that was dropped MUST be brought back before.
func (b *board) put(ref lineage.ExecutionRef, x *lineage.Execution, turn uint64) {
	fb, r := b.flows[ref.Flow], b.row(ref)
	if x == nil {
		if r != nil {
			fb.count(r, -1, b.now)
			b.remove(r)
			b.gone[ref] = turn
		}
		return
	}
	s := x.Summarise()
	switch {
	case r == nil:
		delete(b.gone, ref)
		r = fb.enter(&s)
		r.resident = true
		fb.count(r, 1, b.now)
	case r.countsAs(&s): // mostly: it has grown
		b.reside(r)
		r.write(&s)
	default:
		b.reside(r)
		fb.count(r, -1, b.now)
		fb.replace(r, &s)
		fb.count(r, 1, b.now)
	}
	r.turn = turn
	b.stay(r)
}

// enter makes the row of an execution that is not on the board.
func (fb *flowBoard) enter(s *lineage.Summary) *boardRow {
	key := kindKey{s.Anchor.Type, s.Anchor.System, s.Anchor.Scope}
	k := fb.kinds[key]
	if k == nil {
		k = &kind{flow: fb, typ: s.Anchor.Type, system: s.Anchor.System, scope: s.Anchor.Scope}
		fb.kinds[key] = k
	}
	k.rows++
	r := &boardRow{kind: k, id: strings.Clone(s.Anchor.ID), started: nanos(s.StartedAt), tally: fb.tally(s)}
	r.write(s)
	fb.found[rowKey{k, r.id}] = r
	fb.rows.add(r)
	return r
}

// replace writes how an execution stands now into its row.
func (fb *flowBoard) replace(r *boardRow, s *lineage.Summary) {
	if started := nanos(s.StartedAt); started != r.started {
		fb.rows.remove(r)
		r.started = started
		fb.rows.add(r)
	}
	r.tally = fb.tally(s)
	r.write(s)
}

func (fb *flowBoard) tally(s *lineage.Summary) *tally {
	key := tallyOf(s)
	t := fb.tallies[key]
	if t == nil {
		t = &tally{tallyKey: key}
		fb.tallies[key] = t
	}
	return t
}

func (fb *flowBoard) count(r *boardRow, by int, now func() time.Time) {
	r.tally.count += by
	if r.tally.state == lineage.StateCompleted && !r.tally.loose {
		fb.took.count(r.ended, time.Duration(r.ended-r.started), by, now)
	}
}

// total counts the executions of a flow, on the board or not.
func (fb *flowBoard) total() (all, loose int) {
	for key, t := range fb.tallies {
		all += t.count
		if key.loose {
			loose += t.count
		}
	}
	return all, loose
}

// remove takes a row from the board.
func (b *board) remove(r *boardRow) {
	b.reside(r)
	r.unlink()
	fb, k := r.kind.flow, r.kind
	fb.rows.remove(r)
	delete(fb.found, rowKey{k, r.id})
	if k.rows--; k.rows == 0 {
		delete(fb.kinds, kindKey{k.typ, k.system, k.scope})
	}
}
