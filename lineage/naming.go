package lineage

// MaxNamed is how many objects and relations one event may name. A payment run
// clears thousands of invoices; what names more is refused, since every one of
// them is an edge for ever.
const MaxNamed = 10_000

// MaxID is how many bytes an id may have. None of any system comes near, and every
// one of them is a key in memory and on pages.
const MaxID = 1024

// naming is an event while it is mapped: what it names is noted once, by the
// first and strongest role.
type naming struct {
	Event
	known   map[Object]struct{} // of Refs, once there are many
	tooMany bool
	tooLong int // bytes of an id that is none; 0: there is no such
}

func (e *naming) addRef(o Object, role Role) {
	if !e.fits(o) {
		return
	}
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
	if e.fits(r.From) && e.fits(r.To) && e.room() {
		e.Relations = append(e.Relations, r)
	}
}

func (e *naming) addEquality(q Equality) {
	if q.A == q.B || q.A.Type != q.B.Type || !e.fits(q.A) || !e.fits(q.B) {
		return
	}
	e.addRef(q.A, Alias)
	e.addRef(q.B, Alias)
	if e.room() {
		e.Equalities = append(e.Equalities, q)
	}
}

// fits tells whether an object's id is one.
func (e *naming) fits(o Object) bool {
	if n := len(o.ID) + len(o.Scope); n > MaxID {
		e.tooLong = n
		return false
	}
	return true
}

// room tells whether the event may name one more.
func (e *naming) room() bool {
	e.tooMany = e.tooMany || len(e.Refs)+len(e.Relations)+len(e.Equalities) >= MaxNamed
	return !e.tooMany
}
