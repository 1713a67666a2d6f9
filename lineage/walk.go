package lineage

import (
	"cmp"
	"slices"
)

// walk collects the members of an execution: from the anchor down to strictly
// higher ranks and up to strictly lower ones, never down and then up nor up
// and then down; equal ranks only by a listed qualifier, on the way down; leaf
// types are taken in, not walked on. What a claim of the anchor names counts
// as its neighbour. With within, only nodes that it accepts are walked, and
// only downstream: the form for what no anchor reaches.
func (f *flowGraph) walk(anchor int32, within func(int32) bool) *body {
	g := f.g
	g.marks.begin(len(g.nodes))
	g.marks.first(anchor)
	base := f.rank(anchor)
	members := []member{{node: anchor, rank: base}}
	push := func(n int32, up bool) {
		if (within == nil || within(n)) && g.marks.first(n) {
			members = append(members, member{node: n, rank: f.rank(n), up: up, leaf: f.leaf(n)})
		}
	}
	for _, c := range f.claimed[anchor] {
		for _, raw := range g.claims[c].names {
			if n := g.nodes[raw].canon; n != anchor && f.ranked(n) {
				push(n, f.rank(n) < base)
			}
		}
	}
	for i := 0; i < len(members); i++ {
		m := members[i]
		if m.leaf && i > 0 {
			continue
		}
		f.neighbours(m.node, func(n int32, qualifier int32) {
			switch rank := f.rank(n); {
			case rank > m.rank && !m.up, rank == m.rank && !m.up && f.same[qualifier]:
				push(n, false)
			case rank < m.rank && (m.up || i == 0) && within == nil:
				push(n, true)
			}
		})
	}
	return f.cut(members)
}

// neighbours yields the canonical nodes that edges connect to a canonical node
// and that the flow ranks. One may come more than once.
func (f *flowGraph) neighbours(n int32, yield func(m, qualifier int32)) {
	g := f.g
	for _, raw := range g.members(n) {
		for _, h := range g.nodes[raw].edges {
			if m := g.nodes[h.to].canon; m != n && f.ranked(m) {
				yield(m, h.qualifier)
			}
		}
	}
}

// cut sorts the members and keeps the anchor and the smallest of the others.
func (f *flowGraph) cut(members []member) *body {
	b := &body{walked: make([]int32, len(members))}
	for i, m := range members {
		b.walked[i] = m.node
	}
	anchor := members[0].node
	compare := func(x, y member) int {
		a, b := &f.g.nodes[x.node].object, &f.g.nodes[y.node].object
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), a.Compare(*b))
	}
	slices.SortFunc(members, compare)
	if len(members) > f.maxObjects {
		b.truncated = true
		at := slices.IndexFunc(members, func(m member) bool { return m.node == anchor })
		if at >= f.maxObjects {
			members[f.maxObjects-1] = members[at] // an execution without its anchor is none
		}
		members = slices.Clone(members[:f.maxObjects])
	}
	b.members = members
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
	take := func(list []int32) {
		for _, at := range list {
			if g.seen.first(at) {
				events = append(events, at)
			}
		}
	}
	for _, m := range b.members {
		if m.leaf && m.node != anchor {
			continue
		}
		for _, raw := range g.members(m.node) {
			nd := &g.nodes[raw]
			take(nd.subject)
			take(nd.mention)
			if !m.up {
				take(nd.named)
			}
		}
	}
	for _, c := range claims {
		take(g.claims[c].events)
	}
	g.sortEvents(events)
	return events
}

func (g *Graph) sortEvents(events []int32) {
	slices.SortFunc(events, func(i, j int32) int {
		return compareEvents(g.events[i], g.events[j])
	})
}

// compareEvents orders events by (time, source, id).
func compareEvents(a, b *Event) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}
