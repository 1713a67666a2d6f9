package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// transactions is the built-in flow: everything that carries a correlation id
// is the transaction of that id. Nothing is walked, so it needs no catalogue.
type transactions struct{ g *Graph }

// maxTransaction is the cap of the built-in flow on objects.
const maxTransaction = 500

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
	if len(b.members) > maxTransaction {
		b.members, b.truncated = b.members[:maxTransaction], true
	}
	return b
}
