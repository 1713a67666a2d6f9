package lineage

// gone remembers which ids and claims a graph has let go of entirely. What it takes for
// one of them and is none costs a look into the store.
type gone struct{ NumberSet }

// Away says that evidence with some numbers, of those that Event.EvidenceNames and
// Event.EvidenceNumber tell, is where Recall can get it, though none of it was ever added:
// so begins a graph of what is stored. What a graph does not let go of MUST then come: it is
// told of all executions that no anchor reaches (Loose), and of all decisions; and what is
// on chains of causes and links is added, and not recalled before.
func (g *Graph) Away(numbers []uint64) {
	for _, n := range numbers {
		g.gone.Add(n)
	}
}

// ExpectAway makes room for so many numbers, before the first: what is asked of more layers
// than one takes longer.
func (g *Graph) ExpectAway(numbers int) { g.gone.Reserve(numbers) }

func (s *gone) addEvent(id string) { s.Add(evidenceNumber(numberedEvent, id)) }
func (s *gone) hasEvent(id string) bool {
	return !s.Empty() && s.Has(evidenceNumber(numberedEvent, id))
}
func (s *gone) addID(text string)      { s.Add(evidenceNumber(numberedID, text)) }
func (s *gone) hasID(text string) bool { return !s.Empty() && s.Has(evidenceNumber(numberedID, text)) }
func (s *gone) addTwin(text string)    { s.Add(evidenceNumber(numberedTwin, text)) }
func (s *gone) hasTwin(text string) bool {
	return !s.Empty() && s.Has(evidenceNumber(numberedTwin, text))
}
func (s *gone) addClaim(k claimKey)      { s.Add(k.number()) }
func (s *gone) hasClaim(k claimKey) bool { return !s.Empty() && s.Has(k.number()) }

// Loose says, after Away, which objects are members of an execution that no anchor reaches,
// and asks for what names them: its root is the anchor.
func (g *Graph) Loose(ref ExecutionRef, members []Object) {
	f := g.flowNamed(ref.Flow)
	if f == nil {
		return
	}
	if f.adrift == nil {
		f.adrift = make(map[Object]standing)
	}
	for _, m := range members {
		if n, here := g.find(m); here && !g.nodes[n].has(isUnsure) {
			continue
		}
		f.adrift[m] |= isAdrift
		if m == ref.Anchor {
			f.adrift[m] |= isRoot
		}
		g.wantObject(m)
	}
}

// LooseTold says that all of them were told.
func (g *Graph) LooseTold() {
	for _, f := range g.flows {
		f.adrift = nil
	}
}

// Doubting says that executions are stored as of later than the evidence that comes back:
// where the objects stand that do is found anew, and told by Recompute.
func (g *Graph) Doubting(on bool) { g.doubting = on }

// WantAnchor asks for what names the anchor of an execution.
func (g *Graph) WantAnchor(ref ExecutionRef) {
	if ref.Flow == TransactionFlow {
		g.wantTransaction(ref.Anchor.ID)
	} else {
		g.wantObject(ref.Anchor)
	}
}
