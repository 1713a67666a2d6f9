package lineage

import (
	"math"
	"slices"
)

// unranked is the rank of a type that a flow does not know.
const unranked = math.MinInt32

// flowGraph is one flow's view of a graph: its executions, and which objects
// are in which.
type flowGraph struct {
	g    *Graph
	flow Flow

	anchorType int32
	ranks      []int32 // by type index
	leaves     []bool  // by type index
	same       map[int32]bool
	maxObjects int
	maxClaimed int

	verdicts []verdict         // by claim index
	claimed  map[int32][]int32 // anchor → claims that hold for it

	anchored map[int32]*body // by anchor
	loose    map[int32]*body // by root: what no anchor reaches
	inAnchor map[int32][]int32
	inLoose  map[int32][]int32

	dirty   set // anchors to walk again
	shaken  set // nodes whose place among the loose may have changed
	changed map[int32]bool
}

// body is what a walk found: an execution before it is written out.
type body struct {
	members   []member // sorted by (rank, type, id), cut at the cap
	walked    []int32  // all that the walk reached, before the cut
	events    []int32
	truncated bool
}

type member struct {
	node int32
	rank int32
	up   bool // upstream of the anchor
	leaf bool
}

func newFlowGraph(g *Graph, flow Flow) *flowGraph {
	f := &flowGraph{
		g: g, flow: flow, same: make(map[int32]bool), maxObjects: flow.MaxObjects, maxClaimed: flow.MaxClaimed,
		claimed: make(map[int32][]int32), anchored: make(map[int32]*body), loose: make(map[int32]*body),
		inAnchor: make(map[int32][]int32), inLoose: make(map[int32][]int32),
		dirty: make(set), shaken: make(set), changed: make(map[int32]bool),
	}
	if f.maxObjects == 0 {
		f.maxObjects = 500
	}
	if f.maxClaimed == 0 {
		f.maxClaimed = 50
	}
	f.anchorType = g.types.of(flow.Anchor)
	for name := range flow.Ranks {
		g.types.of(name)
	}
	for _, name := range flow.SameType {
		f.same[g.quals.of(name)] = true
	}
	return f
}

// rank returns the rank of a node's type in the flow, or unranked.
func (f *flowGraph) rank(n int32) int32 {
	typ := f.g.nodes[n].typ
	for int(typ) >= len(f.ranks) {
		name := f.g.types.names[len(f.ranks)]
		rank, ok := f.flow.Ranks[name]
		if !ok {
			rank = unranked
		}
		f.ranks = append(f.ranks, int32(rank))
		f.leaves = append(f.leaves, slices.Contains(f.flow.Leaf, name))
	}
	return f.ranks[typ]
}

// ranked tells whether a canonical node can be a member of the flow's executions.
func (f *flowGraph) ranked(n int32) bool {
	nd := &f.g.nodes[n]
	return nd.business && !nd.quarantined && f.rank(n) != unranked
}

func (f *flowGraph) leaf(n int32) bool { f.rank(n); return f.leaves[f.g.nodes[n].typ] }

func (f *flowGraph) isAnchor(n int32) bool {
	return f.g.nodes[n].typ == f.anchorType && f.g.nodes[n].canon == n && f.ranked(n)
}

// disturb has everything recomputed that a canonical node is part of. It is
// called before the node's grouping changes.
func (f *flowGraph) disturb(n int32) {
	for _, a := range f.inAnchor[n] {
		f.dirty.add(a)
	}
	f.dirty.add(n)
	f.shaken.add(n)
}

// recompute brings the flow up to date with what the graph was told. A new
// path to an object begins with a known one, so the executions that a touched
// object is in already are all that can change; claims add their anchors.
func (f *flowGraph) recompute() {
	for i := range f.g.reclaim {
		f.rejudge(i)
	}
	for raw := range f.g.touched {
		n := f.g.nodes[raw].canon
		switch {
		case f.rank(n) == unranked:
		case f.leaf(n):
			// Nothing is walked through a leaf, so new evidence about it matters only
			// to what is at the other end of it, and that is touched too.
			f.shaken.add(n)
			if f.g.firsts.has(raw) {
				f.retell(n) // where it stood as a placeholder
			}
		default:
			f.disturb(n)
		}
	}
	for a := range f.dirty {
		f.rewalk(a)
	}
	clear(f.dirty)
	f.resettle()
}

// verdict returns what a claim is worth; one that came after the last
// recomputation is pending.
func (f *flowGraph) verdict(i int32) verdict {
	if int(i) >= len(f.verdicts) {
		return verdict{Pending, -1}
	}
	return f.verdicts[i]
}

// told has the executions told anew that show a claim: those of what its events
// name, and those that another claim of its events brings them to.
func (f *flowGraph) told(c *claim) {
	for _, at := range c.events {
		e := f.g.events[at]
		for _, r := range e.Refs {
			f.retell(f.g.nodes[f.g.byObject[r.Object]].canon)
		}
		for _, name := range claimsOf(e) {
			if a := f.verdict(f.g.byClaim[name]).anchor; a >= 0 {
				f.changed[a] = true
			}
		}
	}
}

// retell has the executions told anew that hold a canonical node.
func (f *flowGraph) retell(n int32) {
	for _, in := range [...][]int32{f.inAnchor[n], f.inLoose[n]} {
		for _, a := range in {
			f.changed[a] = true
		}
	}
}

func (f *flowGraph) rejudge(i int32) {
	for int(i) >= len(f.verdicts) {
		f.verdicts = append(f.verdicts, verdict{anchor: -1})
	}
	old, now := f.verdicts[i], f.judge(&f.g.claims[i])
	f.verdicts[i] = now
	if old != now {
		f.told(&f.g.claims[i])
	}
	if old.anchor != now.anchor {
		if old.anchor >= 0 {
			left := slices.DeleteFunc(f.claimed[old.anchor], func(c int32) bool { return c == i })
			if f.claimed[old.anchor] = left; len(left) == 0 {
				delete(f.claimed, old.anchor)
			}
			f.dirty.add(old.anchor)
		}
		if now.anchor >= 0 {
			f.claimed[now.anchor] = append(f.claimed[now.anchor], i)
		}
	}
	if now.anchor >= 0 {
		f.dirty.add(now.anchor)
	}
}

// rewalk replaces the execution of an anchor, or takes it away when the node is
// no anchor any more.
func (f *flowGraph) rewalk(a int32) {
	old := f.anchored[a]
	var now *body
	if f.isAnchor(a) && f.g.named(a) {
		now = f.walk(a, nil)
		now.events = f.eventsOf(a, now, f.claimed[a])
	}
	f.enter(f.inAnchor, a, old, now)
	switch {
	case now != nil:
		f.anchored[a] = now
		f.changed[a] = true
	case old != nil:
		delete(f.anchored, a)
		f.changed[a] = true
	}
}

// enter notes which objects are in the execution of a, and shakes those that
// came or went.
func (f *flowGraph) enter(in map[int32][]int32, a int32, old, now *body) {
	var before, after []int32
	if old != nil {
		before = old.walked
	}
	if now != nil {
		after = now.walked
	}
	f.g.marks.begin(len(f.g.nodes))
	for _, n := range after {
		f.g.marks.first(n)
	}
	for _, n := range before {
		if f.g.marks.has(n) {
			continue
		}
		left := slices.DeleteFunc(in[n], func(x int32) bool { return x == a })
		if in[n] = left; len(left) == 0 {
			delete(in, n)
		}
		f.shaken.add(n)
	}
	f.g.marks.begin(len(f.g.nodes))
	for _, n := range before {
		f.g.marks.first(n)
	}
	for _, n := range after {
		if !f.g.marks.has(n) {
			in[n] = append(in[n], a)
			f.shaken.add(n)
		}
	}
}
