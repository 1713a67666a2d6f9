package lineage

// MaxNamed is how many objects and relations one event may name. A payment run
// clears thousands of invoices; what names more is refused, since every one of
// them is an edge for ever.
const MaxNamed = 10_000

// MaxID is how many bytes an id may have. None of any system comes near, and every
// one of them is a key in memory and on pages.
const MaxID = 1024

// naming is an event while it is mapped: what it names is noted once, by the
// first and strongest role. Amounts for one object add up, as the lines of an
// invoice do.
type naming struct {
	Event
	refs     places[Object]
	stated   places[Relation]
	partial  map[Relation]struct{} // a part of these was named without an amount, so the whole is not told
	tooMany  bool
	tooLong  int   // bytes of an id that is none; 0: there is no such
	mistaken error // the first amount that cannot be taken
}

// places are the places in a list by what stands there, once there are many.
type places[K comparable] map[K]int

// find looks for a key in a list of n, which has at(i) at i.
func (p *places[K]) find(key K, n int, at func(int) K) (int, bool) {
	if *p == nil && n <= fewNames {
		for i := range n {
			if at(i) == key {
				return i, true
			}
		}
		return 0, false
	}
	if *p == nil {
		*p = make(places[K], 2*n)
	}
	for i := len(*p); i < n; i++ {
		(*p)[at(i)] = i
	}
	i, ok := (*p)[key]
	return i, ok
}

func (e *naming) ref(o Object) (int, bool) {
	return e.refs.find(o, len(e.Refs), func(i int) Object { return e.Refs[i].Object })
}

func (e *naming) addRef(o Object, role Role) {
	if !e.fits(o) {
		return
	}
	if _, known := e.ref(o); !known && e.room() {
		e.Refs = append(e.Refs, Ref{Object: o, Role: role})
	}
}

// allocate notes an object with how much of the subject's amount goes to it, zero
// where the place for it is empty. An object that has another role already is
// related by this one as well: an amount is never put on a relation of another kind.
func (e *naming) allocate(o Object, role Role, m Money) {
	e.addRef(o, role)
	i, known := e.ref(o)
	subject := e.Subject()
	switch {
	case !known || o == subject:
	case e.Refs[i].Role != role:
		if !subject.IsZero() {
			e.addRelation(Relation{From: subject, To: o, Qualifier: string(role), Amount: m})
		}
	default:
		e.tally(&e.Refs[i].Amount, Relation{From: subject, To: o, Qualifier: string(role)}, m)
	}
}

func (e *naming) addRelation(r Relation) {
	if !e.fits(r.From) || !e.fits(r.To) {
		return
	}
	amount := r.Amount
	r.Amount = Money{}
	i, again := e.stated.find(r, len(e.Relations), func(i int) Relation {
		s := e.Relations[i]
		s.Amount = Money{}
		return s
	})
	switch {
	case again && e.Relations[i].Amount.IsZero(): // a part of it lacks its amount
	case again:
		e.tally(&e.Relations[i].Amount, r, amount)
	case e.room():
		r.Amount = amount
		e.Relations = append(e.Relations, r)
	}
}

// tally adds an amount to what is told for a relation. Once a part of it lacks its
// amount, the whole is not known.
func (e *naming) tally(sum *Money, r Relation, m Money) {
	_, lacking := e.partial[r]
	switch {
	case lacking:
	case m.IsZero():
		e.lacks(r)
		*sum = Money{}
	case sum.IsZero():
		*sum = m
	default:
		more, ok := sum.Plus(m)
		if !ok {
			e.mistake(Errorf(Invalid, "", "the amounts for %s cannot be added: %s and %s", clip(r.To.String()), sum, m))
			e.lacks(r)
		}
		*sum = more
	}
}

func (e *naming) lacks(r Relation) {
	if e.partial == nil {
		e.partial = make(map[Relation]struct{})
	}
	e.partial[r] = struct{}{}
}

// mistake notes an amount that cannot be taken.
func (e *naming) mistake(err error) {
	if e.mistaken == nil {
		e.mistaken = err
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
