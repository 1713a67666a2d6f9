package lineage

import (
	"cmp"
	"slices"
)

// Recall brings back what TakeMissing asked for: every event that names one of the ids
// or carries one of the claims, with every content that ever came under its identity,
// but nothing that has not been added yet. Others do no harm. It changes no execution:
// where it leaves Lacks true, more is needed to tell how things stood.
func (g *Graph) Recall(m Missing, events []*Event) {
	g.recalling = true
	defer func() { g.recalling = false }()
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b *Event) int { // the content that counts comes first
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID), b.Recorded.Compare(a.Recorded), cmp.Compare(b.Hash, a.Hash))
	})
	for _, e := range events {
		g.Add(e)
	}
	for _, text := range m.IDs {
		g.asked.texts[text] = true
		for n, ok := g.lastOf(text); ok && n >= 0; n = g.nodes[n].next {
			if g.nodes[n].has(isAway) && g.joins(n) { // nobody asks for all that names another
				g.returned.add(n)
			}
		}
	}
	for _, key := range m.Claims {
		k, ok := key.private()
		if !ok {
			continue
		}
		g.asked.claims[k] = true
		if i, known := g.claimNumber(k.kind, k.value); known && g.claims[i].away {
			g.reheld.add(i)
		}
	}
	g.settling = true
	g.restore()
	if g.settling = false; g.Lacks() {
		return
	}
	for n := range g.returned {
		g.nodes[n].set(isAway, false)
	}
	for i := range g.reheld {
		g.claims[i].away, g.claims[i].left = false, 0
	}
	g.giveUp()
}

// giveUp begins no more with what has come back and is not settled: it stays away.
func (g *Graph) giveUp() {
	clear(g.returned)
	clear(g.reheld)
}

// restore finds how what has come back stood: which ids were one object, what claims
// were worth. What was let go of was reached by an anchor, or was one, but for what Loose
// says.
func (g *Graph) restore() {
	for n := range g.returned {
		members, edges := g.equalComponent(n)
		fresh := false // what has come since settles it, aloud
		for _, m := range members {
			g.need(m)
			fresh = fresh || g.regroup.has(m)
		}
		if !fresh && !g.Lacks() {
			g.settle(members, edges)
		}
	}
	if g.holdAgain(); g.Lacks() {
		return
	}
	for i := range g.reheld {
		if !g.claims[i].unsure {
			continue
		}
		for _, f := range g.flows {
			f.reserve(i)
			verdict := f.judge(i)
			if g.Lacks() {
				return
			}
			f.verdicts[i] = verdict
		}
		g.claims[i].unsure = false
	}
	for n := range g.returned {
		if g.nodes[n].has(isUnsure) {
			g.nodes[n].set(isUnsure, false)
			for _, f := range g.flows {
				f.restand(n)
			}
		}
		if g.nodes[n].has(isBusiness) {
			about := g.slab.list(g.nodes[n].about)
			for i := range about.len() {
				g.claimsOf(g.read(int32(about.at(i)>>2)), func(c int32) {
					if g.claims[c].unsure {
						g.needClaim(c)
					}
				})
			}
		}
	}
}

// holdAgain has what has come back be held back as it was, which is by what was known at
// the last recomputation. What has come since is settled aloud, and so is what people have
// ruled.
func (g *Graph) holdAgain() {
	var since set
	for raw := range g.returned {
		n := g.nodes[raw].canon
		if _, ruled := g.guarded(n); ruled || g.nodes[n].has(isQuarantined) || g.regroup.has(raw) || !g.overGuard(n, nil) {
			continue
		}
		if since == nil {
			since = make(set, len(g.fresh))
			for _, at := range g.fresh {
				since.add(at)
			}
		}
		if g.overGuard(n, since) && !g.Lacks() {
			g.nodes[n].set(isQuarantined, true)
		}
	}
}

// restand notes where a node stood when it was let go of.
func (f *flowGraph) restand(n int32) {
	f.extend()
	if f.g.nodes[n].canon != n || !f.ranked(n) || !f.g.named(n) {
		return
	}
	if f.g.doubting {
		f.shaken.add(n)
	}
	switch stood, loose := f.stoodLoose(n); {
	case loose:
		f.standing[n] = stood
	case f.g.nodes[n].typ == f.anchorType:
		f.standing[n] = isRoot
		f.back.add(n)
	default:
		f.standing[n] = isAnchored
	}
}

// stoodLoose returns where a node stood that the graph was told of by Loose.
func (f *flowGraph) stoodLoose(n int32) (standing, bool) {
	if len(f.adrift) == 0 {
		return 0, false
	}
	o := f.g.object(n)
	stood, loose := f.adrift[o]
	delete(f.adrift, o)
	return stood, loose
}

// extend makes room for where the nodes stand.
func (f *flowGraph) extend() {
	if more := len(f.g.nodes) - len(f.standing); more > 0 {
		f.standing = append(f.standing, make([]standing, more)...)
	}
}

// reserve makes room for the verdict on a claim.
func (f *flowGraph) reserve(i int32) {
	for int(i) >= len(f.verdicts) {
		f.verdicts = append(f.verdicts, verdictPending)
	}
}
