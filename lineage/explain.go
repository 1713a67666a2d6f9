package lineage

import (
	"slices"
	"time"
)

// Explanation says why an object is in an execution: the shortest way from it to
// the anchor that the rules of DESIGN §2 allow, each reason with what says so.
type Explanation struct {
	Object  Object     // as its execution calls it
	Reasons []Reason   // from the object to the anchor; none for the anchor itself
	Same    []Sameness // what says that two ids in the reasons, or of the object, name one object
	Adrift  bool       // no anchor reaches the execution; the way leads to its root
	Cut     bool       // the execution does not show the way: its cap leaves it out, or the flow is not the one that made it
}

// Reason leads from an object to one that is nearer to the anchor: by a relation that
// an event states, or by a claim of the anchor.
type Reason struct {
	Object, Next Object // as their execution calls them; of the last one Next is the anchor

	Says  Relation // as the evidence writes it, which may be by other ids and either way round; a claim has no qualifier
	Claim string   // "kind:value"; "" of a relation
	By    Cited    // what says so: of a claim, an event that carries it and names the object
	Too   Cited    // of a claim: an event that carries it and names the anchor, maybe the same one
	More  int      // pieces of evidence for the relation beside By
}

// Cited is a piece of evidence with what is known of it.
type Cited struct {
	Evidence
	Type string    // "" when it is not among the events of the execution
	Time time.Time // zero when it is not, or did not tell one
}

// Known tells whether the evidence is among the events of the execution.
func (c Cited) Known() bool { return c.Type != "" || !c.Time.IsZero() }

// Sameness is a statement that two ids name one object. By is zero when no event of
// the execution makes it.
type Sameness struct {
	A, B Object
	By   Cited
}

// Explain says of every member of an execution why it is in it, in the order of
// Members. The flow is the one that made the execution: it lists the qualifiers by
// which equal ranks are crossed.
func (x *Execution) Explain(flow Flow) []Explanation {
	p := newPaths(x, flow)
	if x.Flow == TransactionFlow {
		p.carry()
	} else {
		p.search()
	}
	out := make([]Explanation, len(x.Members))
	for i := range out {
		out[i] = p.explain(i)
	}
	return out
}

// explain follows the ways from a member to the anchor.
func (p *paths) explain(member int) Explanation {
	e := Explanation{Object: p.x.Members[member].Object, Adrift: p.x.Unanchored}
	for at := member; at != p.anchor; {
		way := p.ways[at]
		if !way.found {
			return Explanation{Object: e.Object, Adrift: e.Adrift, Cut: true}
		}
		reason := p.reason(at, way)
		e.Reasons = append(e.Reasons, reason)
		for _, written := range []Object{reason.Says.From, reason.Says.To} {
			e.add(p.sameness(written))
		}
		at = way.next
	}
	for _, alias := range p.x.Members[member].Aliases {
		e.add(p.sameness(alias))
	}
	return e
}

func (e *Explanation) add(chain []Sameness) {
	for _, s := range chain {
		if !slices.Contains(e.Same, s) {
			e.Same = append(e.Same, s)
		}
	}
}

// reason writes one reason out.
func (p *paths) reason(at int, w way) Reason {
	s := Reason{Object: p.x.Members[at].Object, Next: p.x.Anchor}
	if w.next >= 0 {
		s.Next = p.x.Members[w.next].Object
	}
	if w.claim != "" {
		s.Claim, s.By, s.Too = w.claim, cite(w.names.by), cite(w.anchors.by)
		s.Says = Relation{From: w.names.as, To: w.anchors.as}
		return s
	}
	edge := &p.x.Edges[w.edge]
	s.Says, s.More = Relation{From: edge.From, To: edge.To, Qualifier: edge.Qualifier}, len(edge.Evidence)-1
	if len(edge.Evidence) > 0 {
		s.By = Cited{Evidence: edge.Evidence[0]}
	}
	for _, evidence := range edge.Evidence {
		if event := p.events[evidence]; event != nil {
			s.By, s.Says = cite(event), p.written(event, s.Says)
			break
		}
	}
	return s
}

func cite(e *Event) Cited {
	if e == nil {
		return Cited{}
	}
	return Cited{Evidence{e.Kind, e.Source, e.ID}, e.Type, e.Time}
}

// written finds a relation in an event that states it, as it stands there.
func (p *paths) written(e *Event, r Relation) Relation {
	is := func(from, to Object, qualifier string) bool {
		return qualifier == r.Qualifier && p.same(from, r.From) && p.same(to, r.To)
	}
	subject := e.Subject()
	for _, ref := range e.Refs {
		if ref.Role != Subject && ref.Role != Alias && is(subject, ref.Object, string(ref.Role)) {
			return Relation{From: subject, To: ref.Object, Qualifier: r.Qualifier, Amount: ref.Amount}
		}
	}
	for _, stated := range e.Relations {
		if is(stated.From, stated.To, stated.Qualifier) {
			return stated
		}
	}
	return r
}

// sameness says why an id names the object that it does: a chain of statements from
// it to the id by which the execution calls the object, none when it is that id.
func (p *paths) sameness(id Object) []Sameness {
	member, ok := p.members[id]
	if !ok || p.x.Members[member].Object == id {
		return nil
	}
	goal := p.x.Members[member].Object
	before := map[Object]Sameness{id: {}}
	for queue := []Object{id}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == goal {
			break
		}
		for _, s := range p.equal[queue[0]] {
			if _, seen := before[s.B]; !seen {
				before[s.B] = s
				queue = append(queue, s.B)
			}
		}
	}
	if _, led := before[goal]; !led {
		return []Sameness{{A: id, B: goal}}
	}
	var chain []Sameness
	for at := goal; at != id; at = before[at].A {
		chain = append(chain, before[at])
	}
	slices.Reverse(chain)
	return chain
}
