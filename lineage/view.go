package lineage

import (
	"cmp"
	"slices"
)

// takeChanged appends the flow's executions that may have changed, sorted.
func (f *flowGraph) takeChanged(changed []ExecutionRef) []ExecutionRef {
	from := len(changed)
	for n := range f.changed {
		changed = append(changed, ExecutionRef{f.flow.Name, f.g.object(n)})
		delete(f.back, n)
	}
	clear(f.changed)
	slices.SortFunc(changed[from:], compareRefs)
	return changed
}

// Execution writes out one execution, or returns nil when there is none. It is
// right after Recompute, where Lacks is not true after it.
func (g *Graph) Execution(ref ExecutionRef) *Execution {
	if ref.Flow == TransactionFlow {
		b := g.tx.body(ref.Anchor)
		if b == nil {
			return nil
		}
		x := &Execution{Tenant: g.tenant, Flow: ref.Flow, Anchor: ref.Anchor, State: StateObserved}
		g.writeOut(x, b, g.tx.own(b), g.tx.edges(b))
		return x
	}
	f := g.flowNamed(ref.Flow)
	g.wantObject(ref.Anchor)
	n, ok := g.find(ref.Anchor)
	if f == nil || !ok {
		return nil
	}
	b, loose := f.body(n)
	if b == nil {
		return nil
	}
	x := &Execution{Tenant: g.tenant, Flow: ref.Flow, Anchor: ref.Anchor, Unanchored: loose}
	g.writeOut(x, b, g.own, f.edges(b))
	f.lookElsewhere(x, b)
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
			if c := &g.claims[i]; c.kind == claimCorrelation && c.events != 0 {
				anchored = append(anchored, ExecutionRef{flow, Object{Type: CorrelationType, ID: g.claimValue(int32(i))}})
			}
		}
		slices.SortFunc(anchored, compareRefs)
		return anchored, nil
	}
	f := g.flowNamed(flow)
	if f == nil {
		return nil, nil
	}
	for n, at := range f.standing {
		if at&isRoot == 0 {
			continue
		}
		ref := ExecutionRef{flow, g.object(int32(n))}
		if g.nodes[n].typ == f.anchorType {
			anchored = append(anchored, ref)
		} else {
			loose = append(loose, ref)
		}
	}
	slices.SortFunc(anchored, compareRefs)
	slices.SortFunc(loose, compareRefs)
	return anchored, loose
}

// Claims returns every claim with its state in a flow, sorted by name.
func (g *Graph) Claims(flow string) []Claim {
	f := g.flowNamed(flow)
	if f == nil {
		return nil
	}
	var claims []Claim
	for i := range g.claims {
		if c := &g.claims[i]; (c.events != 0 || c.away) && c.kind != claimCause {
			claims = append(claims, Claim{g.claimName(int32(i)), claimState(f.verdict(int32(i)))})
		}
	}
	slices.SortFunc(claims, func(a, b Claim) int { return cmp.Compare(a.Claim, b.Claim) })
	return claims
}

// writeOut writes a body out. own yields the events about a member, as far as the
// execution goes by them.
func (g *Graph) writeOut(x *Execution, b *body, own func(member) []int32, edges map[edgeKey][]int32) {
	x.Truncated = b.truncated
	for _, m := range b.members {
		events := own(m)
		out := Member{
			Object: g.object(m.node), Rank: int(m.rank), Leaf: m.leaf, Placeholder: len(events) == 0, Amount: g.amountIn(events),
		}
		for _, raw := range g.members(m.node) {
			if raw != m.node {
				out.Aliases = append(out.Aliases, g.object(raw))
			}
		}
		x.Members = append(x.Members, out)
	}
	x.Edges = g.writeEdges(edges)
	x.Events = make([]*Event, len(b.events))
	for i, at := range b.events {
		x.Events[i] = g.event(at)
	}
	if len(x.Events) > 0 {
		x.StartedAt, x.LastAt = x.Events[0].Time, x.Events[len(x.Events)-1].Time
	}
}

// own returns the events about a member.
func (g *Graph) own(m member) []int32 {
	var events []int32
	for _, raw := range g.members(m.node) {
		about := g.aboutOf(raw)
		for i := range about.len() {
			if about.at(i)&3 == asSubject {
				events = append(events, int32(about.at(i)>>2))
			}
		}
	}
	return events
}

// amountIn returns the amount that the latest of some events tells, by (time, source, id).
func (g *Graph) amountIn(events []int32) Money {
	latest, amount := int32(-1), Money{}
	for _, at := range events {
		if r := g.read(at); r.amount.currency != 0 && (latest < 0 || g.compareEvents(at, latest) > 0) {
			latest, amount = at, g.money(r.amount)
		}
	}
	return amount
}

// claimsIn returns the claims that an execution's events carry, each once.
func (f *flowGraph) claimsIn(b *body) []Claim {
	found := make(set)
	for _, at := range b.events {
		f.g.claimsOf(f.g.read(at), found.add)
	}
	claims := make([]Claim, 0, len(found))
	for i := range found {
		claims = append(claims, Claim{f.g.claimName(i), claimState(f.verdict(i))})
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
			for e := range g.edgesOf(raw) {
				to := g.nodes[e.to].canon
				switch {
				case to == m.node || !g.marks.has(to):
				case e.forward:
					k := edgeKey{m.node, to, e.qualifier}
					edges[k] = append(edges[k], e.event)
				case f.leaf(to):
					k := edgeKey{to, m.node, e.qualifier}
					edges[k] = append(edges[k], e.event)
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
		e := Edge{From: g.object(k.from), To: g.object(k.to), Qualifier: g.words.names[k.qualifier]}
		var said []statement
		for _, at := range slices.Compact(list) {
			e.Evidence = append(e.Evidence, g.evidence(at))
			said = g.statements(said, at, k)
		}
		e.Allocations = allocations(said)
		edges = append(edges, e)
	}
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.Qualifier, b.Qualifier))
	})
	return edges
}

func (g *Graph) evidence(at int32) Evidence {
	r := g.read(at)
	return Evidence{r.kind, g.words.names[r.source], string(r.id)}
}
