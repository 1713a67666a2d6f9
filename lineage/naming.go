package lineage

// MaxNamed is how many objects and relations one event may name. A payment run
// clears thousands of invoices; what names more is refused, since every one of
// them is an edge for ever.
const MaxNamed = 10_000

// naming is an event while it is mapped: what it names is noted once, by the
// first and strongest role.
type naming struct {
	Event
	known   map[Object]struct{} // of Refs, once there are many
	tooMany bool
}

func (e *naming) addRef(o Object, role Role) {
	if e.known == nil && len(e.Refs) > fewNames {
		e.known = make(map[Object]struct{}, 2*len(e.Refs))
		for _, r := range e.Refs {
			e.known[r.Object] = struct{}{}
		}
	}
	if e.known != nil {
		if _, ok := e.known[o]; ok {
			return
		}
		e.known[o] = struct{}{}
	} else {
		for _, r := range e.Refs {
			if r.Object == o {
				return
			}
		}
	}
	if e.room() {
		e.Refs = append(e.Refs, Ref{Object: o, Role: role})
	}
}

func (e *naming) addRelation(r Relation) {
	if e.room() {
		e.Relations = append(e.Relations, r)
	}
}

func (e *naming) addEquality(q Equality) {
	if q.A == q.B || q.A.Type != q.B.Type {
		return
	}
	e.addRef(q.A, Alias)
	e.addRef(q.B, Alias)
	if e.room() {
		e.Equalities = append(e.Equalities, q)
	}
}

// room tells whether the event may name one more.
func (e *naming) room() bool {
	e.tooMany = e.tooMany || len(e.Refs)+len(e.Relations)+len(e.Equalities) >= MaxNamed
	return !e.tooMany
}
