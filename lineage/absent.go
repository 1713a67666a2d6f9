package lineage

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/bits-and-blooms/bloom/v3"
)

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

// need asks for the rest of what names a raw node.
func (g *Graph) need(raw int32) {
	if g.nodes[raw].has(isAway) {
		g.lacking.texts[string(g.slab.bytes(g.nodes[raw].text))] = true
	}
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
	if c.away {
		g.lacking.claims[claimKey{c.kind, g.claimValue(i)}] = true
	}
}

// Want asks for what an event touches and the graph has let go of. It MUST be asked
// again after Recall, and an event MUST NOT be added before it leaves Lacks false.
func (g *Graph) Want(e *Event) {
	if g.gone.none() {
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
	g.wantEvent(e.ID) // it may have come before
	if at, again := g.eventNumber(e.Source, e.ID); again && g.read(at).hash != e.Hash {
		g.wantRecord(at) // one of the two will not count
	}
	if e.Causation != "" {
		g.wantEvent(e.Causation)
	}
}

// wantEvent asks for the events that have an id.
func (g *Graph) wantEvent(id string) {
	if g.gone.hasEvent(id) {
		g.ask(claimKey{claimCause, id})
	}
}

// ask asks for what carries a claim that is not here at all, unless it was asked for.
func (g *Graph) ask(k claimKey) {
	if !g.asked.claims[k] {
		g.lacking.claims[k] = true
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

// wantObject asks for what names an object. What is no business object holds nothing
// together.
func (g *Graph) wantObject(o Object) {
	n, known := g.find(o)
	switch {
	case known:
		if g.nodes[n].has(isBusiness) || len(g.equalsOf[n]) > 0 {
			g.need(n)
		}
	case g.cat.ClassOf(o.Type) == Business && g.gone.hasID(o.ID) && !g.asked.texts[o.ID]:
		g.lacking.texts[o.ID] = true
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
	if g.gone.none() {
		return
	}
	for _, text := range Spellings(id) {
		for n, ok := g.lastOf(text); ok && n >= 0; n = g.nodes[n].next {
			g.need(n)
		}
		if g.gone.hasID(text) && !g.asked.texts[text] { // also where one of another type is here
			g.lacking.texts[text] = true
		}
	}
	for _, typ := range []string{CorrelationType, TraceType} {
		if kind, value, ok := claimMeant(typ, id); ok {
			g.wantClaim(kind, value)
		}
	}
}

// gone remembers, in some fifteen bits each, which ids and claims a graph has let go of
// entirely. One in a thousand others it takes for one of them: that costs a look into
// the store.
type gone struct{ layers []*layer }

type layer struct {
	filter *bloom.BloomFilter
	room   int
}

const (
	goneFirst = 1 << 16 // names that the first layer has room for; each has twice the one before
	goneRate  = 0.001
)

func (s *gone) none() bool { return len(s.layers) == 0 }

func (s *gone) add(number uint64) {
	if s.has(number) {
		return
	}
	last := len(s.layers) - 1
	if last < 0 || s.layers[last].room == 0 {
		room := goneFirst << len(s.layers)
		s.layers = append(s.layers, &layer{bloom.NewWithEstimates(uint(room), goneRate), room})
		last++
	}
	var key [8]byte
	s.layers[last].filter.Add(binary.LittleEndian.AppendUint64(key[:0], number))
	s.layers[last].room--
}

func (s *gone) has(number uint64) bool {
	var key [8]byte
	binary.LittleEndian.PutUint64(key[:], number)
	for i := len(s.layers) - 1; i >= 0; i-- {
		if s.layers[i].filter.Test(key[:]) {
			return true
		}
	}
	return false
}

func (s *gone) addEvent(id string)       { s.add(evidenceNumber(numberedEvent, id)) }
func (s *gone) hasEvent(id string) bool  { return !s.none() && s.has(evidenceNumber(numberedEvent, id)) }
func (s *gone) addID(text string)        { s.add(evidenceNumber(numberedID, text)) }
func (s *gone) hasID(text string) bool   { return !s.none() && s.has(evidenceNumber(numberedID, text)) }
func (s *gone) addClaim(k claimKey)      { s.add(k.number()) }
func (s *gone) hasClaim(k claimKey) bool { return !s.none() && s.has(k.number()) }
