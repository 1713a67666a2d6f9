package lineage

import (
	"cmp"
	"iter"
	"slices"
)

// body is an execution before it is written out.
type body struct {
	members   []member // sorted by (rank, type, id), cut at the cap
	events    []int32
	truncated bool
}

// holds tells whether a canonical node is a member.
func (b *body) holds(n int32) bool {
	return slices.ContainsFunc(b.members, func(m member) bool { return m.node == n })
}

type member struct {
	node int32
	rank int32
	up   bool // upstream of the anchor
	leaf bool
}

// body walks an execution again, as the graph now is; nil when there is none.
func (f *flowGraph) body(a int32) (b *body, loose bool) {
	if !f.stands(a) {
		return nil, false
	}
	var within func(int32) bool
	if loose = f.g.nodes[a].typ != f.anchorType; loose {
		within = f.isLoose
	}
	b = f.cut(a, f.walk(a, within))
	var claims []int32
	if !loose {
		claims = f.claimed(a)
	}
	b.events = f.eventsOf(a, b, claims)
	return b, loose
}

// claimed returns the claims that hold for an anchor, which are among those of the
// events that name it.
func (f *flowGraph) claimed(anchor int32) []int32 {
	g := f.g
	var held []int32
	for _, raw := range g.members(anchor) {
		about := g.aboutOf(raw)
		for i := range about.len() {
			g.claimsOf(g.read(int32(about.at(i)>>2)), func(c int32) {
				if f.verdict(c) == anchor && !slices.Contains(held, c) {
					g.needClaim(c)
					held = append(held, c)
				}
			})
		}
	}
	return held
}

// walk collects the members of an execution, the anchor first: down to strictly
// higher ranks and up to strictly lower ones, never down and then up nor up
// and then down; equal ranks only by a listed qualifier, on the way down; leaf
// types are taken in, not walked on. What a claim of the anchor names counts
// as its neighbour. With within, only nodes that it accepts are walked, and
// only downstream: the form for what no anchor reaches.
func (f *flowGraph) walk(anchor int32, within func(int32) bool) []member {
	g := f.g
	var claims []int32
	if within == nil {
		claims = f.claimed(anchor)
	}
	g.marks.begin(len(g.nodes))
	g.marks.first(anchor)
	base := f.rank(anchor)
	members := append(f.reached[:0], member{node: anchor, rank: base})
	push := func(n int32, up bool) {
		if (within == nil || within(n)) && g.marks.first(n) {
			members = append(members, member{node: n, rank: f.rank(n), up: up, leaf: f.leaf(n)})
		}
	}
	for _, c := range claims {
		names := g.slab.list(g.claims[c].names)
		for i := range names.len() {
			if n := g.nodes[names.at(i)].canon; n != anchor && f.ranked(n) {
				push(n, f.rank(n) < base)
			}
		}
	}
	for i := 0; i < len(members); i++ {
		m := members[i]
		if m.leaf && i > 0 {
			continue
		}
		for n, qualifier := range f.neighbours(m.node) {
			switch rank := f.rank(n); {
			case rank > m.rank && !m.up, rank == m.rank && !m.up && f.same[qualifier]:
				push(n, false)
			case rank < m.rank && (m.up || i == 0) && within == nil:
				push(n, true)
			}
		}
	}
	f.reached = members
	return members
}

// neighbours yields the canonical nodes that edges connect to a canonical node and
// that the flow ranks, with the qualifiers. One may come more than once.
func (f *flowGraph) neighbours(n int32) iter.Seq2[int32, int32] {
	return func(yield func(m, qualifier int32) bool) {
		g := f.g
		for _, raw := range g.members(n) {
			for e := range g.edgesOf(raw) {
				if m := g.nodes[e.to].canon; m != n && f.ranked(m) && !yield(m, e.qualifier) {
					return
				}
			}
		}
	}
}

// cut sorts the members and keeps the anchor and the smallest of the others.
func (f *flowGraph) cut(anchor int32, walked []member) *body {
	b := &body{members: slices.Clone(walked)}
	slices.SortFunc(b.members, func(x, y member) int {
		if x.rank != y.rank {
			return cmp.Compare(x.rank, y.rank)
		}
		return f.g.compareByID(x.node, y.node)
	})
	if len(b.members) > f.maxObjects {
		b.truncated = true
		at := slices.IndexFunc(b.members, func(m member) bool { return m.node == anchor })
		if at >= f.maxObjects {
			b.members[f.maxObjects-1] = b.members[at] // an execution without its anchor is none
		}
		b.members = b.members[:f.maxObjects]
	}
	return b
}

// eventsOf collects the events of an execution: those about a member that is no
// leaf; those that name the anchor or a member downstream of it that is no
// leaf; those about no business object that name any member that is no leaf;
// and those that a claim brings. They come sorted by (time, source, id).
func (f *flowGraph) eventsOf(anchor int32, b *body, claims []int32) []int32 {
	g := f.g
	g.seen.begin(len(g.events))
	var events []int32
	for _, m := range b.members {
		if m.leaf && m.node != anchor {
			continue
		}
		for _, raw := range g.members(m.node) {
			about := g.aboutOf(raw)
			for i := range about.len() {
				at, how := int32(about.at(i)>>2), about.at(i)&3
				if (how != asNamed || !m.up) && g.seen.first(at) {
					events = append(events, at)
				}
			}
		}
	}
	for _, c := range claims {
		list := g.slab.list(g.claims[c].events)
		for i := range list.len() {
			if at := int32(list.at(i)); g.seen.first(at) {
				events = append(events, at)
			}
		}
	}
	g.sortEvents(events)
	return events
}
