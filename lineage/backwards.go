package lineage

// anchorsOf yields the anchors whose executions hold a canonical node, each once,
// until yield returns false: the walk, backwards. Downstream of the anchor it goes up,
// through what is no leaf, along what the walk goes down; upstream it goes down to the
// anchors. What a claim names is held by the claim's anchor. What is away is asked for
// last, and not at all when yield has had enough before.
func (f *flowGraph) anchorsOf(n int32, yield func(anchor int32) bool) {
	if !f.ranked(n) {
		return
	}
	g := f.g
	g.behind.begin(len(g.nodes))
	g.told.begin(len(g.nodes))
	g.behind.first(n)
	f.behind = append(f.behind[:0], n)
	tell := func(a int32) bool { return !g.told.first(a) || yield(a) }
	var away, unsure []int32 // nodes, claims
	for i := 0; i < len(f.behind); i++ {
		x := f.behind[i]
		if g.nodes[x].has(isUnsure) {
			away = append(away, x)
			continue
		}
		rank := f.rank(x)
		if f.isAnchor(x) && !tell(x) {
			return
		}
		for _, raw := range g.members(x) {
			if g.nodes[raw].has(isAway) {
				away = append(away, raw)
			}
			about := g.slab.list(g.nodes[raw].about)
			for j := range about.len() {
				for _, c := range g.claimsAt(int32(about.at(j) >> 2)) {
					if c < 0 {
						continue
					}
					if g.claims[c].unsure {
						unsure = append(unsure, c)
					} else if a := f.verdict(c); a >= 0 && !tell(a) {
						return
					}
				}
			}
			for e := range g.edgesHere(raw) {
				y := g.nodes[e.to].canon
				if y == x || !f.ranked(y) {
					continue
				}
				switch to := f.rank(y); {
				case rank >= f.base && (to >= f.base && to < rank || to == rank && f.same[e.qualifier]):
				case rank < f.base && (to > rank && to < f.base || to == f.base && f.isAnchor(y)):
					if to == f.base {
						if g.nodes[y].has(isUnsure) {
							away = append(away, y)
						} else if !tell(y) {
							return
						}
						continue
					}
				default:
					continue
				}
				if !f.leaf(y) && g.behind.first(y) {
					f.behind = append(f.behind, y)
				}
			}
		}
	}
	for _, raw := range away {
		g.need(raw)
	}
	for _, c := range unsure {
		g.needClaim(c)
	}
}

// anchors collects what anchorsOf yields, so that it may be walked meanwhile.
func (f *flowGraph) anchors(n int32) []int32 {
	var found []int32
	f.anchorsOf(n, func(a int32) bool {
		found = append(found, a)
		return true
	})
	return found
}

// isLoose tells whether a canonical node belongs among what no anchor reaches.
func (f *flowGraph) isLoose(n int32) bool {
	if f.g.nodes[n].canon != n || !f.ranked(n) || f.g.nodes[n].typ == f.anchorType || !f.g.named(n) {
		return false
	}
	if f.g.nodes[n].has(isAway) && !f.queued.has(n) {
		return false // an anchor reached it when it was let go of, and nothing has touched it since
	}
	loose := true
	f.anchorsOf(n, func(int32) bool {
		loose = false
		return false
	})
	return loose
}
