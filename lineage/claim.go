package lineage

import "slices"

// claim is a correlation id or trace, and all that carries it.
type claim struct {
	name   string // kind:value
	events []int32
	names  []int32 // raw nodes that its events name, once each
	known  set     // of names, once there are many
}

// fewNames is how many names are looked through one by one before a set pays.
const fewNames = 16

func (c *claim) addName(n int32) {
	if c.known != nil {
		if c.known.has(n) {
			return
		}
		c.known.add(n)
	} else if slices.Contains(c.names, n) {
		return
	}
	c.names = append(c.names, n)
	if c.known == nil && len(c.names) > fewNames {
		c.known = make(set, 2*fewNames)
		for _, n := range c.names {
			c.known.add(n)
		}
	}
}

// claimsOf returns the names of the claims that an event carries.
func claimsOf(e *Event) []string {
	var names []string
	if e.Correlation != "" {
		names = append(names, "correlation:"+e.Correlation)
	}
	if !e.TraceID.IsZero() {
		names = append(names, "trace:"+e.TraceID.String())
	}
	return names
}

func (g *Graph) attachClaims(at int32) {
	e := g.events[at]
	for _, name := range claimsOf(e) {
		i, ok := g.byClaim[name]
		if !ok {
			i = int32(len(g.claims))
			g.claims = append(g.claims, claim{name: name})
			g.byClaim[name] = i
		}
		c := &g.claims[i]
		c.events = append(c.events, at)
		for _, r := range e.Refs {
			c.addName(g.node(r.Object))
		}
		g.reclaim.add(i)
	}
}

func (g *Graph) detachClaims(at int32) {
	for _, name := range claimsOf(g.events[at]) {
		i := g.byClaim[name]
		c := &g.claims[i]
		c.events = slices.DeleteFunc(c.events, func(e int32) bool { return e == at })
		c.names, c.known = nil, nil
		for _, e := range c.events {
			for _, r := range g.events[e].Refs {
				c.addName(g.node(r.Object))
			}
		}
		g.reclaim.add(i)
	}
}

// reclaimEventsOf has the claims judged anew that carry events of a node.
func (g *Graph) reclaimEventsOf(n int32) {
	nd := &g.nodes[n]
	for _, list := range [...][]int32{nd.subject, nd.named, nd.mention} {
		for _, at := range list {
			for _, name := range claimsOf(g.events[at]) {
				g.reclaim.add(g.byClaim[name])
			}
		}
	}
}

// verdict is what a claim is worth in one flow.
type verdict struct {
	state  ClaimState
	anchor int32 // canonical, for a claimed one; else -1
}

// judge applies the rule: exactly one anchor object named, and no more objects
// of a type than the flow allows.
func (f *flowGraph) judge(c *claim) verdict {
	g := f.g
	anchor := int32(-1)
	g.marks.begin(len(g.nodes))
	perType := make(map[int32]int, 4)
	for _, raw := range c.names {
		n := g.nodes[raw].canon
		if !f.ranked(n) || !g.marks.first(n) {
			continue
		}
		perType[g.nodes[n].typ]++
		if g.nodes[n].typ == f.anchorType {
			if anchor >= 0 {
				return verdict{Ambiguous, -1}
			}
			anchor = n
		}
	}
	if anchor < 0 {
		return verdict{Pending, -1}
	}
	for _, count := range perType {
		if count > f.maxClaimed {
			return verdict{Ambiguous, -1}
		}
	}
	return verdict{Claimed, anchor}
}
