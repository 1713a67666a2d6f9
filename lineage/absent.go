package lineage

import "encoding/hex"

// Missing names the evidence that a graph has let go of and needs again before it can
// go on.
type Missing struct {
	IDs    []string   // of objects of any type: every event that names one of them
	Claims []ClaimKey // every event that carries one of them
}

// ClaimKey names what many events carry.
type ClaimKey struct {
	Kind  ClaimKind
	Value string // a correlation id, a trace id in hex, an event's id
}

// ClaimKind says what a claim is made of.
type ClaimKind string

// The kinds of claims that evidence is asked for by.
const (
	CorrelationClaim ClaimKind = "correlation" // events with this correlation id
	TraceClaim       ClaimKind = "trace"       // events of this trace, and spans that link to it
	EventClaim       ClaimKind = "event"       // events with this id
)

// None tells whether nothing is missing.
func (m Missing) None() bool { return len(m.IDs)+len(m.Claims) == 0 }

// absent is what a graph needs and has let go of.
type absent struct {
	texts  map[string]bool
	claims map[claimKey]bool
}

type claimKey struct {
	kind  claimKind
	value string
}

func newAbsent() absent {
	return absent{texts: make(map[string]bool), claims: make(map[claimKey]bool)}
}

func (a *absent) none() bool { return len(a.texts)+len(a.claims) == 0 }

// Lacks tells whether the graph has let go of what it needs. Nothing that it tells is
// right until TakeMissing and Recall have brought it back.
func (g *Graph) Lacks() bool { return !g.lacking.none() }

// Whole asks the graph something and tells whether all that it looked at is here. Where it
// is not, the answer is void, and nothing is asked for.
func (g *Graph) Whole(question func()) bool {
	if g.Lacks() {
		return false
	}
	question()
	whole := !g.Lacks()
	g.TakeMissing()
	return whole
}

// Sure asks the graph something and tells whether all that it looked at is here. Where it
// is not, the answer is void, and Lacks is true.
func (g *Graph) Sure(question func()) bool {
	before := g.lacked
	question()
	return g.lacked == before
}

// Dismiss asks no more for what could not be brought. Who has asked asks again.
func (g *Graph) Dismiss() {
	g.TakeMissing()
	g.giveUp()
}

// TakeMissing returns what the graph needs, and expects that Recall brings it.
func (g *Graph) TakeMissing() Missing {
	var m Missing
	for text := range g.lacking.texts {
		m.IDs = append(m.IDs, text)
	}
	for k := range g.lacking.claims {
		m.Claims = append(m.Claims, k.public())
	}
	clear(g.lacking.texts)
	clear(g.lacking.claims)
	return m
}

func (k claimKey) public() ClaimKey {
	switch k.kind {
	case claimTrace:
		return ClaimKey{TraceClaim, hex.EncodeToString([]byte(k.value))}
	case claimCause:
		return ClaimKey{EventClaim, k.value}
	default:
		return ClaimKey{CorrelationClaim, k.value}
	}
}

func (k ClaimKey) private() (claimKey, bool) {
	switch k.Kind {
	case TraceClaim:
		raw, err := hex.DecodeString(k.Value)
		return claimKey{claimTrace, string(raw)}, err == nil
	case EventClaim:
		return claimKey{claimCause, k.Value}, true
	case CorrelationClaim:
		return claimKey{claimCorrelation, k.Value}, true
	}
	return claimKey{}, false
}

// joins tells whether a raw node holds evidence together, so that all of it has to be
// here. A product that a hundred thousand orders name and no flow walks does not: what
// names it now says nothing of those.
func (g *Graph) joins(raw int32) bool {
	return g.joining[g.nodes[raw].typ] || g.nodes[raw].has(hasTwin)
}

// need asks for the rest of what names a raw node.
func (g *Graph) need(raw int32) {
	if g.nodes[raw].has(isAway) && g.joins(raw) && !(g.settling && g.returned.has(raw)) {
		g.lackText(string(g.slab.bytes(g.nodes[raw].text)))
	}
}

func (g *Graph) lackText(text string) {
	g.lacking.texts[text] = true
	g.lacked++
}

func (g *Graph) lackClaim(k claimKey) {
	g.lacking.claims[k] = true
	g.lacked++
}

// needSure asks for what names a raw node whose place is not known.
func (g *Graph) needSure(raw int32) {
	if g.nodes[raw].has(isUnsure) {
		g.need(raw)
	}
}

// needClaim asks for the rest of what carries a claim.
func (g *Graph) needClaim(i int32) {
	c := &g.claims[i]
	if c.away && !(g.settling && g.reheld.has(i)) {
		g.lackClaim(claimKey{c.kind, g.claimValue(i)})
	}
}

// Want asks for what an event touches and the graph has let go of. It MUST be asked
// again after Recall, and an event MUST NOT be added before it leaves Lacks false.
func (g *Graph) Want(e *Event) {
	if g.gone.Empty() {
		return
	}
	for _, ref := range e.Refs {
		g.wantObject(ref.Object)
	}
	for _, r := range e.Relations {
		g.wantObject(r.From)
		g.wantObject(r.To)
	}
	for _, q := range e.Equalities {
		g.wantObject(q.A)
		g.wantObject(q.B)
	}
	if e.Correlation != "" {
		g.wantClaim(claimCorrelation, e.Correlation)
	}
	if !e.TraceID.IsZero() {
		g.wantClaim(claimTrace, string(e.TraceID[:]))
	}
	for _, t := range e.Links {
		g.wantClaim(claimTrace, string(t[:]))
	}
	switch at, again := g.eventNumber(e.Source, e.ID); {
	case !again:
		g.wantEvent(e.ID) // it may have come before
	case g.read(at).hash != e.Hash:
		g.wantRecord(at) // one of the two will not count
	}
	if e.Causation != "" {
		g.wantEvent(e.Causation)
	}
}

// WantAnew asks for what an event touches that is to be mapped anew, and for what it
// touched as it was.
func (g *Graph) WantAnew(e *Event) {
	g.Want(e)
	if at, known := g.eventNumber(e.Source, e.ID); known {
		g.wantRecord(at)
	}
}

// Forgot tells whether the graph has ever let go of anything.
func (g *Graph) Forgot() bool { return !g.gone.Empty() || len(g.guests) > 0 }

// Joining returns the types of objects by whose ids evidence is asked for.
func (g *Graph) Joining() []string { return g.cat.Joining() }

// wantEvent asks for the events that have an id.
func (g *Graph) wantEvent(id string) {
	if g.gone.hasEvent(id) {
		g.ask(claimKey{claimCause, id})
	}
}

// ask asks for what carries a claim that is not here at all, unless it was asked for.
func (g *Graph) ask(k claimKey) {
	if !g.asked.claims[k] {
		g.lackClaim(k)
	}
}

// wantRecord asks for all that an event names and carries.
func (g *Graph) wantRecord(at int32) {
	var r record
	r.read(g.slab.bytes(g.events[at]))
	for _, ref := range r.refs {
		g.needBusiness(ref.node)
	}
	for _, rel := range r.relations {
		g.needBusiness(rel.from)
		g.needBusiness(rel.to)
	}
	for _, q := range r.equalities {
		g.need(q.a)
		g.need(q.b)
	}
	for _, i := range [...]int32{r.correlation, r.trace} {
		if i >= 0 {
			g.needClaim(i)
		}
	}
}

func (g *Graph) sureBusiness(raw int32) {
	if g.nodes[raw].has(isBusiness) {
		g.needSure(raw)
	}
}

func (g *Graph) needBusiness(raw int32) {
	if g.nodes[raw].has(isBusiness) {
		g.need(raw)
	}
}

// wantObject asks for what names an object, if that holds anything together.
func (g *Graph) wantObject(o Object) {
	n, known := g.find(o)
	switch {
	case known:
		g.need(n)
	case g.gone.Empty() || g.asked.texts[o.ID]:
	case g.gone.hasTwin(o.ID) || g.gone.hasID(o.ID) && g.joining[g.types.of(o.Type)]:
		g.lackText(o.ID)
	}
}

// wantClaim asks for what carries a claim. One that is ambiguous stays so, whatever
// comes: what it holds apart needs not be here.
func (g *Graph) wantClaim(kind claimKind, value string) {
	if i, known := g.claimNumber(kind, value); known {
		if !g.settledFor(i) {
			g.needClaim(i)
		}
	} else if k := (claimKey{kind, value}); g.gone.hasClaim(k) {
		g.ask(k)
	}
}

// wantTransaction asks for what carries a correlation id, whatever that is worth.
func (g *Graph) wantTransaction(id string) {
	if i, known := g.claimNumber(claimCorrelation, id); known {
		g.needClaim(i)
	} else {
		g.wantClaim(claimCorrelation, id)
	}
}

// settledFor tells whether a claim is ambiguous in every flow.
func (g *Graph) settledFor(i int32) bool {
	for _, f := range g.flows {
		if f.verdict(i) != verdictAmbiguous {
			return false
		}
	}
	return len(g.flows) > 0 && !g.claims[i].unsure
}

// WantID asks for what names an id, whatever its type: to answer a question about it.
func (g *Graph) WantID(id string) {
	if g.gone.Empty() {
		return
	}
	for _, text := range Spellings(id) {
		for n, ok := g.lastOf(text); ok && n >= 0; n = g.nodes[n].next {
			g.need(n)
		}
		if g.gone.hasID(text) && !g.asked.texts[text] { // also where one of another type is here
			g.lackText(text)
		}
	}
	for _, typ := range []string{CorrelationType, TraceType} {
		if kind, value, ok := claimMeant(typ, id); ok {
			g.wantClaim(kind, value)
		}
	}
}

// Partly tells whether an id may name an object of which events are away that nobody
// asks for by its id, since it holds nothing together: WantSeen asks for some of them.
func (g *Graph) Partly(id string) bool {
	for _, text := range Spellings(id) {
		known := false
		for n, ok := g.lastOf(text); ok && n >= 0; n = g.nodes[n].next {
			if !g.joins(n) && g.nodes[n].has(isAway) {
				return true
			}
			known = true
		}
		if !known && g.gone.hasID(text) {
			return true
		}
	}
	return false
}

// WantSeen asks for the events that were seen in some places, as far as they are not here.
// Others of the same id, from another source, are not them.
func (g *Graph) WantSeen(places []Identifier) {
	for i := range places {
		switch k, ok := places[i].Claim().private(); {
		case !ok:
		case k.kind == claimCause:
			if _, here := g.eventNumber(places[i].Source, k.value); !here {
				g.ask(k)
			}
		default:
			g.wantClaim(k.kind, k.value)
		}
	}
}
