package lineage

import (
	"cmp"
	"slices"
)

// takeChanged appends the flow's executions that may have changed, sorted.
func (f *flowGraph) takeChanged(changed []ExecutionRef) []ExecutionRef {
	from := len(changed)
	for n := range f.changed {
		changed = append(changed, ExecutionRef{f.flow.Name, f.g.nodes[n].object})
	}
	clear(f.changed)
	slices.SortFunc(changed[from:], compareRefs)
	return changed
}

// Execution writes out one execution, or returns nil when there is none. It is
// right after Recompute.
func (g *Graph) Execution(ref ExecutionRef) *Execution {
	if ref.Flow == TransactionFlow {
		b := g.tx.body(ref.Anchor)
		if b == nil {
			return nil
		}
		x := &Execution{Tenant: g.tenant, Flow: ref.Flow, Anchor: ref.Anchor, State: StateObserved}
		g.writeOut(x, b, g.tx.placeholder(b), g.tx.edges(b))
		return x
	}
	f := g.flowNamed(ref.Flow)
	n, ok := g.byObject[ref.Anchor]
	if f == nil || !ok {
		return nil
	}
	b, loose := f.anchored[n], false
	if b == nil {
		b, loose = f.loose[n], true
	}
	if b == nil {
		return nil
	}
	x := &Execution{Tenant: g.tenant, Flow: ref.Flow, Anchor: ref.Anchor, Unanchored: loose}
	g.writeOut(x, b, func(m member) bool { return g.placeholder(m.node) }, f.edges(b))
	x.Claims = f.claimsIn(b)
	f.judgeStages(x, b)
	return x
}

// Summarise returns an execution as a list shows it.
func (x *Execution) Summarise() Summary {
	return Summary{
		Flow: x.Flow, Anchor: x.Anchor, Unanchored: x.Unanchored, State: x.State, Stage: x.Stage,
		StartedAt: x.StartedAt, LastAt: x.LastAt, EndedAt: x.EndedAt, Objects: len(x.Members), Events: len(x.Events),
	}
}

func (g *Graph) flowNamed(name string) *flowGraph {
	for _, f := range g.flows {
		if f.flow.Name == name {
			return f
		}
	}
	return nil
}

// Executions returns every execution of a flow, the anchored ones and then the
// loose ones, each sorted by anchor.
func (g *Graph) Executions(flow string) (anchored, loose []ExecutionRef) {
	if flow == TransactionFlow {
		for i := range g.claims {
			if id, ok := correlationOf(g.claims[i].name); ok && len(g.claims[i].events) > 0 {
				anchored = append(anchored, ExecutionRef{flow, Object{Type: CorrelationType, ID: id}})
			}
		}
		slices.SortFunc(anchored, compareRefs)
		return anchored, nil
	}
	f := g.flowNamed(flow)
	if f == nil {
		return nil, nil
	}
	return f.refs(f.anchored), f.refs(f.loose)
}

func (f *flowGraph) refs(bodies map[int32]*body) []ExecutionRef {
	refs := make([]ExecutionRef, 0, len(bodies))
	for n := range bodies {
		refs = append(refs, ExecutionRef{f.flow.Name, f.g.nodes[n].object})
	}
	slices.SortFunc(refs, compareRefs)
	return refs
}

// Claims returns every claim with its state in a flow, sorted by name.
func (g *Graph) Claims(flow string) []Claim {
	f := g.flowNamed(flow)
	if f == nil {
		return nil
	}
	var claims []Claim
	for i := range g.claims {
		if len(g.claims[i].events) > 0 {
			claims = append(claims, Claim{g.claims[i].name, f.verdict(int32(i)).state})
		}
	}
	slices.SortFunc(claims, func(a, b Claim) int { return cmp.Compare(a.Claim, b.Claim) })
	return claims
}

func (g *Graph) writeOut(x *Execution, b *body, placeholder func(member) bool, edges map[edgeKey][]int32) {
	x.Truncated = b.truncated
	for _, m := range b.members {
		nd := &g.nodes[m.node]
		out := Member{Object: nd.object, Rank: int(m.rank), Leaf: m.leaf, Placeholder: placeholder(m), Amount: g.amountOf(m.node)}
		for _, raw := range nd.group {
			if raw != m.node {
				out.Aliases = append(out.Aliases, g.nodes[raw].object)
			}
		}
		x.Members = append(x.Members, out)
	}
	x.Edges = g.writeEdges(edges)
	x.Events = make([]*Event, len(b.events))
	for i, at := range b.events {
		x.Events[i] = g.events[at]
	}
	if len(x.Events) > 0 {
		x.StartedAt, x.LastAt = x.Events[0].Time, x.Events[len(x.Events)-1].Time
	}
}

// amountOf returns the amount of a canonical node: that of the latest event about
// it which tells one, by (time, source, id).
func (g *Graph) amountOf(n int32) Money {
	var latest *Event
	for _, raw := range g.members(n) {
		for _, at := range g.nodes[raw].subject {
			e := g.events[at]
			if !e.Amount.IsZero() && (latest == nil || compareEvents(e, latest) > 0) {
				latest = e
			}
		}
	}
	if latest == nil {
		return Money{}
	}
	return latest.Amount
}

// claimsIn returns the claims that an execution's events carry, each once.
func (f *flowGraph) claimsIn(b *body) []Claim {
	found := make(set)
	for _, at := range b.events {
		for _, name := range claimsOf(f.g.events[at]) {
			found.add(f.g.byClaim[name])
		}
	}
	claims := make([]Claim, 0, len(found))
	for i := range found {
		claims = append(claims, Claim{f.g.claims[i].name, f.verdict(i).state})
	}
	slices.SortFunc(claims, func(a, b Claim) int { return cmp.Compare(a.Claim, b.Claim) })
	return claims
}

// edgeKey names a relation between canonical nodes.
type edgeKey struct{ from, to, qualifier int32 }

// edges collects the relations between the members of a body, each with the
// events that state it.
func (f *flowGraph) edges(b *body) map[edgeKey][]int32 {
	g := f.g
	g.marks.begin(len(g.nodes))
	for _, m := range b.members {
		g.marks.first(m.node)
	}
	edges := make(map[edgeKey][]int32)
	for _, m := range b.members {
		if m.leaf {
			continue // a payment run knows thousands; its edges stand at the other end too
		}
		for _, raw := range g.members(m.node) {
			for _, h := range g.nodes[raw].edges {
				to := g.nodes[h.to].canon
				switch {
				case to == m.node || !g.marks.has(to):
				case h.forward:
					k := edgeKey{m.node, to, h.qualifier}
					edges[k] = append(edges[k], h.event)
				case f.leaf(to):
					k := edgeKey{to, m.node, h.qualifier}
					edges[k] = append(edges[k], h.event)
				}
			}
		}
	}
	return edges
}

// writeEdges writes relations out, sorted by from, to and qualifier.
func (g *Graph) writeEdges(found map[edgeKey][]int32) []Edge {
	edges := make([]Edge, 0, len(found))
	for k, list := range found {
		g.sortEvents(list)
		e := Edge{From: g.nodes[k.from].object, To: g.nodes[k.to].object, Qualifier: g.quals.names[k.qualifier]}
		for _, at := range slices.Compact(list) {
			ev := g.events[at]
			e.Evidence = append(e.Evidence, Evidence{ev.Kind, ev.Source, ev.ID})
		}
		edges = append(edges, e)
	}
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.Qualifier, b.Qualifier))
	})
	return edges
}
