package lineage

import (
	"cmp"
	"slices"
)

// transactions is the built-in flow: everything that carries a correlation id
// is the transaction of that id. Nothing is walked, so it needs no catalogue,
// and it tells what its own events say and nothing else: a product that a
// hundred thousand of them name changes none but those whose events arrive.
type transactions struct{ g *Graph }

// The caps of the built-in flow: a batch job may use one correlation id for all
// that it does.
const (
	maxTransactionObjects = 500
	maxTransactionEvents  = 2000
)

func newTransactions(g *Graph) *transactions { return &transactions{g: g} }

func (t *transactions) takeChanged(changed []ExecutionRef) []ExecutionRef {
	from := len(changed)
	for i := range t.g.reclaim {
		if t.g.claims[i].kind == claimCorrelation && !t.full(i) {
			changed = append(changed, ExecutionRef{TransactionFlow, Object{Type: CorrelationType, ID: t.g.claimValue(i)}})
		}
	}
	slices.SortFunc(changed[from:], compareRefs)
	return changed
}

// full tells whether a claim is partly away and has more than its execution can show.
func (t *transactions) full(i int32) bool {
	c := &t.g.claims[i]
	return c.away && int(c.left)+t.g.slab.list(c.events).len() > maxTransactionEvents
}

func compareRefs(a, b ExecutionRef) int {
	return cmp.Or(cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
}

// body returns the execution of a correlation id, or nil.
func (t *transactions) body(anchor Object) *body {
	g := t.g
	g.wantTransaction(anchor.ID)
	i, ok := g.claimNumber(claimCorrelation, anchor.ID)
	if !ok || g.claims[i].events == 0 {
		return nil
	}
	b := &body{}
	events := g.slab.list(g.claims[i].events)
	for j := range events.len() {
		b.events = append(b.events, int32(events.at(j)))
	}
	g.sortEvents(b.events)
	g.marks.begin(len(g.nodes))
	names := g.slab.list(g.claims[i].names)
	for j := range names.len() {
		g.sureBusiness(int32(names.at(j)))
		if n := g.nodes[names.at(j)].canon; g.nodes[n].has(isBusiness) && g.marks.first(n) {
			b.members = append(b.members, member{node: n})
		}
	}
	slices.SortFunc(b.members, func(x, y member) int { return g.compareByID(x.node, y.node) })
	if len(b.members) > maxTransactionObjects {
		b.members, b.truncated = b.members[:maxTransactionObjects], true
	}
	if len(b.events) > maxTransactionEvents {
		b.events, b.truncated = b.events[:maxTransactionEvents], true
	}
	return b
}

// own yields the transaction's events about a member.
func (t *transactions) own(b *body) func(member) []int32 {
	own := make(map[int32][]int32)
	for _, at := range b.events {
		for _, ref := range t.g.read(at).refs {
			if ref.role == wordSubject {
				n := t.g.nodes[ref.node].canon
				own[n] = append(own[n], at)
			}
		}
	}
	return func(m member) []int32 { return own[m.node] }
}

// edges collects the relations that the transaction's events state.
func (t *transactions) edges(b *body) map[edgeKey][]int32 {
	g := t.g
	g.marks.begin(len(g.nodes))
	for _, m := range b.members {
		g.marks.first(m.node)
	}
	edges := make(map[edgeKey][]int32)
	for _, at := range b.events {
		g.relations(g.read(at), func(from, to, qualifier int32) {
			g.needSure(from)
			g.needSure(to)
			from, to = g.nodes[from].canon, g.nodes[to].canon
			if from != to && g.marks.has(from) && g.marks.has(to) {
				k := edgeKey{from, to, qualifier}
				edges[k] = append(edges[k], at)
			}
		})
	}
	return edges
}
