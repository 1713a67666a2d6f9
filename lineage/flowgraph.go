package lineage

import (
	"math"
	"slices"
)

// unranked is the rank of a type that a flow does not know.
const unranked = math.MinInt32

// flowGraph is one flow's view of a graph. Of its executions it keeps only that
// they are there: who is in one is found by the walk, and which ones hold an object
// by the same walk backwards, so that nothing grows with what an object is part of.
//
// Whether a member lies down or up stream of the anchor is told by its rank: the
// walk goes down to greater ranks only, and up to smaller ones.
type flowGraph struct {
	g    *Graph
	flow Flow

	anchorType int32
	base       int32          // rank of the anchor type
	ranks      []int32        // by type
	leaves     []bool         // by type
	same       map[int32]bool // words
	maxObjects int
	maxClaimed int

	verdicts []int32 // by claim
	standing []standing

	dirty             set // anchors to walk again
	shaken            set // nodes whose place may have changed
	loosest           set // nodes that may have become roots, or be roots no more
	retold            set // claims with another verdict
	stirred, reported set // while fresh events are absorbed: nodes whose holders are found already
	queued            set // nodes whose place is being found; nil: none are
	changed           set // anchors and roots whose executions may look otherwise
	back              set // anchors that came back, and were not announced since

	adrift map[Object]standing // of what is away: where it stood, if no anchor reached it

	perType []int    // scratch
	reached []member // scratch: of the walk at hand
	behind  []int32  // scratch: of the walk backwards
}

// standing is where a node stands in a flow, as it was last found.
type standing uint8

const (
	isAnchored standing = 1 << iota // an anchor reaches it
	isAdrift                        // no anchor does
	isRoot                          // an execution stands under its name
)

func newFlowGraph(g *Graph, flow Flow) *flowGraph {
	f := &flowGraph{
		g: g, flow: flow, same: make(map[int32]bool), maxObjects: flow.MaxObjects, maxClaimed: flow.MaxClaimed,
		dirty: make(set), shaken: make(set), changed: make(set), back: make(set), loosest: make(set), retold: make(set), stirred: make(set), reported: make(set),
	}
	if f.maxObjects == 0 {
		f.maxObjects = 500
	}
	if f.maxClaimed == 0 {
		f.maxClaimed = 50
	}
	f.anchorType = g.types.of(flow.Anchor)
	f.base = int32(flow.Ranks[flow.Anchor])
	for name := range flow.Ranks {
		g.types.of(name)
	}
	for _, name := range flow.SameType {
		f.same[g.words.of(name)] = true
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
	return nd.has(isBusiness) && !nd.has(isQuarantined) && f.rank(n) != unranked
}

func (f *flowGraph) leaf(n int32) bool { f.rank(n); return f.leaves[f.g.nodes[n].typ] }

func (f *flowGraph) isAnchor(n int32) bool {
	nd := &f.g.nodes[n]
	return nd.typ == f.anchorType && nd.canon == n && f.ranked(n)
}

// stands tells whether there is an execution under the name of a node.
func (f *flowGraph) stands(n int32) bool {
	return int(n) < len(f.standing) && f.standing[n]&isRoot != 0
}

// recompute brings the flow up to date with what the graph was told.
func (f *flowGraph) recompute() {
	f.extend()
	for i := range f.g.reclaim {
		if f.g.claims[i].kind != claimCause {
			f.rejudge(i)
		}
	}
	for i := range f.retold {
		f.told(i)
	}
	for raw := range f.g.touched {
		f.disturb(f.g.nodes[raw].canon)
	}
	for raw := range f.g.firsts {
		f.retell(f.g.nodes[raw].canon) // where it stood as a placeholder
	}
	var fresh record // walks read others meanwhile
	for _, at := range f.g.fresh {
		fresh.read(f.g.slab.bytes(f.g.events[at]))
		f.absorb(&fresh)
	}
	clear(f.stirred)
	clear(f.reported)
	if f.g.Lacks() {
		return
	}
	for a := range f.dirty {
		if f.rewalk(a); !f.g.Lacks() {
			delete(f.dirty, a)
		}
	}
	if f.g.Lacks() {
		return
	}
	if f.resettle(); !f.g.Lacks() {
		clear(f.retold)
	}
}

// rewalk walks an execution again and shakes those that no anchor has reached before.
// It is gone when the node is no anchor any more.
func (f *flowGraph) rewalk(a int32) {
	is := f.isAnchor(a) && f.g.named(a)
	if is {
		for _, m := range f.walk(a, nil) {
			if m.node != a && f.standing[m.node]&isAnchored == 0 {
				f.shaken.add(m.node)
			}
		}
	}
	if f.g.Lacks() {
		return
	}
	f.stand(a, is)
}

// stand notes that there is an execution under the name of a node, or that there is
// none, and has it told.
func (f *flowGraph) stand(a int32, is bool) {
	if is {
		f.standing[a] |= isRoot
	} else if f.standing[a]&isRoot == 0 {
		return
	} else {
		f.standing[a] &^= isRoot
	}
	f.changed.add(a)
}
