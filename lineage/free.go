package lineage

import "github.com/cespare/xxhash/v2"

// newNode returns a number for a node: one that was freed, or the next.
func (g *Graph) newNode() int32 {
	if n, ok := pop(&g.freeNodes); ok {
		return n
	}
	g.nodes = append(g.nodes, node{})
	return int32(len(g.nodes) - 1)
}

func (g *Graph) newEvent() int32 {
	if at, ok := pop(&g.freeEvents); ok {
		return at
	}
	g.events = append(g.events, 0)
	g.sameID = append(g.sameID, -1)
	return int32(len(g.events) - 1)
}

func (g *Graph) newClaim() int32 {
	if i, ok := pop(&g.freeClaims); ok {
		return i
	}
	g.claims = append(g.claims, claim{})
	return int32(len(g.claims) - 1)
}

func pop(free *[]int32) (int32, bool) {
	last := len(*free) - 1
	if last < 0 {
		return 0, false
	}
	n := (*free)[last]
	*free = (*free)[:last]
	return n, true
}

// freeNode forgets a node that nothing here names. What names it elsewhere is
// remembered.
func (g *Graph) freeNode(n int32) {
	nd := &g.nodes[n]
	o := g.object(n)
	g.gone.addID(o.ID)
	if nd.has(hasTwin) {
		g.gone.addTwin(o.ID)
	}
	g.byObject.remove(g.hashObject(o), n)
	g.unlinkText(n, o.ID)
	g.slab.release(nd.text)
	g.nodes[n] = node{next: -1, canon: -1}
	for _, f := range g.flows {
		if int(n) < len(f.standing) {
			f.standing[n] = 0
		}
		delete(f.back, n)
	}
	g.freeNodes = append(g.freeNodes, n)
}

// unlinkText takes a node out of those with one text.
func (g *Graph) unlinkText(n int32, text string) {
	last, ok := g.lastOf(text)
	if !ok {
		return
	}
	if last != n {
		for g.nodes[last].next != n {
			last = g.nodes[last].next
		}
		g.nodes[last].next = g.nodes[n].next
		return
	}
	hash := uint32(xxhash.Sum64String(text))
	g.byText.remove(hash, n)
	if next := g.nodes[n].next; next >= 0 {
		g.byText.add(hash, next)
	}
}

// freeEvent forgets an event that was taken out of all that it names and carries.
func (g *Graph) freeEvent(at int32) {
	r := g.read(at)
	source, id := g.words.names[r.source], string(r.id)
	g.byID.remove(hashOf(source, id), at)
	delete(g.losers, eventID{source, id})
	g.gone.addEvent(id)
	g.unlinkID(at, id)
	g.slab.release(g.events[at])
	g.events[at] = 0
	g.freeEvents = append(g.freeEvents, at)
}

// unlinkID takes an event out of those with one id.
func (g *Graph) unlinkID(at int32, id string) {
	last, ok := g.lastWithID(id)
	if !ok {
		return
	}
	before := g.sameID[at]
	g.sameID[at] = -1
	if last != at {
		for g.sameID[last] != at {
			last = g.sameID[last]
		}
		g.sameID[last] = before
		return
	}
	g.byEventID.remove(hashOf("", id), at)
	if before >= 0 {
		g.byEventID.add(hashOf("", id), before)
	}
}

// freeClaim forgets a claim that nothing here carries.
func (g *Graph) freeClaim(i int32) {
	c := &g.claims[i]
	k := claimKey{c.kind, g.claimValue(i)}
	if !c.kind.chain() {
		g.gone.addClaim(k)
	}
	g.byClaim.remove(hashClaim(k.kind, k.value), i)
	for _, held := range [...]cell{c.value, c.events, c.names} {
		g.slab.release(held)
	}
	delete(g.claimNames, i)
	delete(g.ties, i)
	delete(g.beads, i)
	g.unpin(i)
	g.claims[i] = claim{chain: -1}
	for _, f := range g.flows {
		if int(i) < len(f.verdicts) {
			f.verdicts[i] = verdictPending
		}
	}
	g.freeClaims = append(g.freeClaims, i)
}
