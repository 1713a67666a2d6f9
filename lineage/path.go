package lineage

import (
	"cmp"
	"slices"
)

// paths finds the shortest ways through an execution from its members to its anchor.
// It knows what was written out and nothing of the graph that it came from.
type paths struct {
	x       *Execution
	flow    Flow
	anchor  int            // index of the anchor among the members, -1 when it is none of them
	members map[Object]int // by every id of theirs
	events  map[Evidence]*Event
	claimed map[string][]*Event   // by claim: what carries it, in the order of events
	equal   map[Object][]Sameness // statements about an id of a member, from it to the other
	ways    []way                 // by member
}

// way is how a member was reached: from one that is nearer to the anchor.
type way struct {
	found   bool
	length  int
	next    int     // index of the member that is nearer
	edge    int     // index of the relation, when claim is empty
	claim   string  // of the anchor
	names   carrier // of the claim, which names the member
	anchors carrier // of the claim, which names the anchor
}

// carrier is an event that carries a claim and names an object.
type carrier struct {
	by *Event
	as Object // the object as the event writes it
}

func newPaths(x *Execution, flow Flow) *paths {
	p := &paths{
		x: x, flow: flow, anchor: -1, members: make(map[Object]int, len(x.Members)),
		events: make(map[Evidence]*Event, len(x.Events)), claimed: make(map[string][]*Event), equal: make(map[Object][]Sameness), ways: make([]way, len(x.Members)),
	}
	for i, m := range x.Members {
		p.members[m.Object] = i
		for _, alias := range m.Aliases {
			p.members[alias] = i
		}
	}
	if i, ok := p.members[x.Anchor]; ok {
		p.anchor = i
	}
	carried := carriedBy(x.Events)
	for _, e := range x.Events {
		p.events[Evidence{e.Kind, e.Source, e.ID}] = e
		for _, claim := range carried[e] {
			p.claimed[claim] = append(p.claimed[claim], e)
		}
		for _, q := range e.Equalities {
			if p.same(q.A, q.B) {
				p.equal[q.A] = append(p.equal[q.A], Sameness{q.A, q.B, cite(e)})
				p.equal[q.B] = append(p.equal[q.B], Sameness{q.B, q.A, cite(e)})
			}
		}
	}
	return p
}

// same tells whether two ids name one member.
func (p *paths) same(a, b Object) bool {
	i, known := p.members[a]
	j, both := p.members[b]
	return known && both && i == j
}

// search goes out from the anchor, all ways of one length before any longer one.
func (p *paths) search() {
	if p.anchor < 0 {
		return
	}
	edges := make([][]int, len(p.x.Members))
	for i, e := range p.x.Edges {
		from, known := p.members[e.From]
		to, both := p.members[e.To]
		if known && both && from != to {
			edges[from], edges[to] = append(edges[from], i), append(edges[to], i)
		}
	}
	p.ways[p.anchor] = way{found: true, next: -1}
	reached := []int{p.anchor}
	for at := 0; at < len(reached); at++ {
		m := reached[at]
		offer := func(n int, w way) {
			w.found, w.length, w.next = true, p.ways[m].length+1, m
			if !p.ways[n].found {
				reached = append(reached, n)
			} else if p.compare(w, p.ways[n]) >= 0 {
				return
			}
			p.ways[n] = w
		}
		for _, i := range edges[m] {
			n := p.members[p.x.Edges[i].From]
			if n == m {
				n = p.members[p.x.Edges[i].To]
			}
			if p.crosses(m, n, p.x.Edges[i].Qualifier) {
				offer(n, way{edge: i})
			}
		}
		if m == p.anchor {
			p.claims(offer)
		}
	}
}

// crosses tells whether the walk goes from one member to another by a relation.
func (p *paths) crosses(from, to int, qualifier string) bool {
	m, n := &p.x.Members[from], &p.x.Members[to]
	base := p.x.Members[p.anchor].Rank
	switch {
	case m.Leaf && from != p.anchor:
		return false
	case n.Rank > m.Rank:
		return m.Rank >= base
	case n.Rank == m.Rank:
		return m.Rank >= base && slices.Contains(p.flow.SameType, qualifier)
	default:
		return !p.x.Unanchored && (from == p.anchor || m.Rank < base)
	}
}

// claims offers what the anchor's claims bring. A claim that holds names exactly one
// anchor, so one under which this one is named is this one's; another's may well be
// carried by an event that is in both executions. What is adrift has none: where a
// claim names it that holds, it is not adrift.
func (p *paths) claims(offer func(n int, w way)) {
	for _, c := range p.x.Claims {
		if c.State != Claimed {
			continue
		}
		names, order := p.named(c.Claim)
		anchors, ours := names[p.anchor]
		if !ours {
			continue
		}
		for _, n := range order {
			if n != p.anchor {
				offer(n, way{claim: c.Claim, names: names[n], anchors: anchors})
			}
		}
	}
}

// named returns the members that the carriers of a claim name, each with the first
// event that does, in that order.
func (p *paths) named(claim string) (first map[int]carrier, order []int) {
	first = make(map[int]carrier)
	for _, e := range p.claimed[claim] {
		for _, r := range e.Refs {
			n, ok := p.members[r.Object]
			if _, known := first[n]; ok && !known {
				first[n] = carrier{e, r.Object}
				order = append(order, n)
			}
		}
	}
	return first, order
}

// carry is the search in the built-in flow, where all that carries the anchor's
// correlation id belongs to it and nothing is walked.
func (p *paths) carry() {
	claim := CorrelationType + ":" + p.x.Anchor.ID
	names, _ := p.named(claim)
	for n, c := range names {
		p.ways[n] = way{found: true, length: 1, next: -1, claim: claim, names: c, anchors: carrier{as: p.x.Anchor}}
	}
}

// compare orders ways of one member: shorter ones first; among equals a relation
// before a claim, one that says how before one that only mentions, and then by the
// order in which executions list things.
func (p *paths) compare(a, b way) int {
	return cmp.Or(
		cmp.Compare(a.length, b.length),
		cmp.Compare(p.weakness(a), p.weakness(b)),
		cmp.Compare(a.next, b.next),
		cmp.Compare(a.edge, b.edge),
		cmp.Compare(a.claim, b.claim),
	)
}

func (p *paths) weakness(w way) int {
	switch {
	case w.claim != "":
		return 2
	case p.x.Edges[w.edge].Qualifier == string(Mentions):
		return 1
	default:
		return 0
	}
}
