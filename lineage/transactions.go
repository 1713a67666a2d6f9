package lineage

import (
	"cmp"
	"slices"
	"strings"
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

func correlationOf(claim string) (string, bool) { return strings.CutPrefix(claim, "correlation:") }

func (t *transactions) takeChanged(changed []ExecutionRef) []ExecutionRef {
	from := len(changed)
	for i := range t.g.reclaim {
		if id, ok := correlationOf(t.g.claims[i].name); ok {
			changed = append(changed, ExecutionRef{TransactionFlow, Object{Type: CorrelationType, ID: id}})
		}
	}
	slices.SortFunc(changed[from:], compareRefs)
	return changed
}

func compareRefs(a, b ExecutionRef) int {
	return cmp.Or(cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
}

// body returns the execution of a correlation id, or nil.
func (t *transactions) body(anchor Object) *body {
	g := t.g
	i, ok := g.byClaim["correlation:"+anchor.ID]
	if !ok || len(g.claims[i].events) == 0 {
		return nil
	}
	b := &body{events: slices.Clone(g.claims[i].events)}
	g.sortEvents(b.events)
	g.marks.begin(len(g.nodes))
	for _, raw := range g.claims[i].names {
		n := g.nodes[raw].canon
		if g.nodes[n].business && g.marks.first(n) {
			b.walked = append(b.walked, n)
			b.members = append(b.members, member{node: n})
		}
	}
	slices.SortFunc(b.members, func(x, y member) int {
		a, b := &g.nodes[x.node].object, &g.nodes[y.node].object
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), a.Compare(*b))
	})
	if len(b.members) > maxTransactionObjects {
		b.members, b.truncated = b.members[:maxTransactionObjects], true
	}
	if len(b.events) > maxTransactionEvents {
		b.events, b.truncated = b.events[:maxTransactionEvents], true
	}
	return b
}

// placeholder tells whether no event of the transaction is about a member.
func (t *transactions) placeholder(b *body) func(member) bool {
	own := make(set)
	for _, at := range b.events {
		for _, r := range t.g.events[at].Refs {
			if r.Role == Subject {
				own.add(t.g.nodes[t.g.byObject[r.Object]].canon)
			}
		}
	}
	return func(m member) bool { return !own.has(m.node) }
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
		g.relations(at, func(from, to int32, qualifier string) {
			from, to = g.nodes[from].canon, g.nodes[to].canon
			if from != to && g.marks.has(from) && g.marks.has(to) {
				k := edgeKey{from, to, g.quals.of(qualifier)}
				edges[k] = append(edges[k], at)
			}
		})
	}
	return edges
}
