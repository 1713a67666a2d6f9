package stitcher

import (
	"unique"

	"throughline/lineage"
)

// absences is what executions name and nothing has come of, as they were shown last: so
// many namings as there is room for, of those that are known the ones awaited longest.
type absences struct {
	all     []*naming // in no order
	objects index[lineage.Object, *awaitedObject]
	in      index[lineage.ExecutionRef, *waiting]
	numbers numbers
	sights  lineage.Sights
	surplus surplus
	few     int // up to so many are all looked at for every page
	swept   int // where in all sweep goes on
}

const (
	mostNamings = 200_000 // some 200 bytes each
	fewNamings  = 16_384  // so many are looked at one by one for every page
	crowd       = 100     // namings by the built-in flow that one object is known by when there are many
)

func newAbsences() *absences {
	return &absences{
		objects: newIndex[lineage.Object, *awaitedObject](), in: newIndex[lineage.ExecutionRef, *waiting](),
		surplus: newSurplus(mostNamings), few: fewNamings,
	}
}

// put enters an execution as it is now; nil: it is gone.
func (a *absences) put(ref lineage.ExecutionRef, x *lineage.Execution) {
	a.enter(ref, a.sights.Of(x))
	a.sights.Forget()
}

// enter enters what an execution awaits now.
func (a *absences) enter(ref lineage.ExecutionRef, seen []lineage.Awaited) {
	hash, w, known := a.in.find(ref)
	if len(seen) == 0 && !known {
		a.surplus.note(hash, 0)
		return
	}
	if !known {
		w = &waiting{name: newName(ref.Flow, ref.Anchor)}
	}
	before, last, left := w.first, &w.first, int32(0)
	w.first = nil
	for i := range seen {
		n, admitted := a.renew(w, &before, &seen[i])
		if !admitted {
			left++
		}
		if n != nil {
			*last, last = n, &n.next
		}
	}
	*last = nil
	for n := before; n != nil; n = n.next {
		a.leave(n)
	}
	switch {
	case w.first == nil && known:
		a.in.remove(ref)
	case w.first != nil && !known:
		a.in.add(ref, w)
	}
	a.surplus.note(hash, left)
	a.trim()
}

// leaveOutOf notes that an execution awaits some that are not in the list.
func (a *absences) leaveOutOf(ref lineage.ExecutionRef, some int) {
	hash, _, _ := a.in.find(ref)
	a.surplus.note(hash, int32(some))
}

// renew returns the naming of what an execution was seen to name: the one that there was
// before, which it takes out of those, or another. It is not admitted when it is to be
// left out of the list.
func (a *absences) renew(w *waiting, before **naming, s *lineage.Awaited) (n *naming, admitted bool) {
	for at := before; *at != nil; at = &(*at).next {
		if n = *at; n.of.name.is(&s.Object) {
			*at = n.next
			if n.says(s) {
				return n, true
			}
			defer a.leave(n) // after the other one has come, so that the object stays
			break
		}
	}
	n = namingOf(w, s)
	if !a.surplus.admits(n) {
		return nil, false
	}
	_, o, known := a.objects.find(s.Object)
	switch {
	case !known:
		o = &awaitedObject{name: newName("", s.Object), number: a.numbers.take()}
		a.objects.add(s.Object, o)
	case o.namings >= crowd && len(a.all) > a.few && n.ofBuiltIn():
		return nil, true // the object is in the list, and these would be most of it
	}
	n.of, n.place = o, int32(len(a.all))
	o.namings++
	a.all = append(a.all, n)
	return n, true
}

// leave takes a naming out, but not out of those of its execution.
func (a *absences) leave(n *naming) {
	last := a.all[len(a.all)-1]
	a.all[n.place], last.place = last, n.place
	a.all[len(a.all)-1] = nil
	a.all = a.all[:len(a.all)-1]
	if n.of.namings--; n.of.namings == 0 {
		a.objects.remove(n.of.key())
		a.numbers.give(n.of.number)
	}
}

// drop takes a naming out that its execution goes on with.
func (a *absences) drop(n *naming) {
	a.leave(n)
	at := &n.in.first
	for *at != n {
		at = &(*at).next
	}
	if *at = n.next; n.in.first == nil {
		a.in.remove(n.in.key())
	}
}

// naming is the earliest event of an execution that names an object. Of a naming, what
// it is of and what it is in, all but place, next and namings stays as it is: it may be
// read without the lock.
type naming struct {
	of   *awaitedObject
	in   *waiting
	next *naming // of the same execution
	told unique.Handle[told]
	id   string // of the event; "" when none of them does
	instant
	place int32 // in all
}

// told is what many namings have in common.
type told struct {
	flow   string // of the execution
	kind   lineage.EventKind
	source string
	typ    string // of the event
}

// awaitedObject is an object that something names and nothing has come of.
type awaitedObject struct {
	name    name
	number  int32 // of its own
	namings int32
}

// waiting is an execution that names such objects.
type waiting struct {
	name  name
	first *naming
}

func (o *awaitedObject) key() lineage.Object { return o.name.object() }

func (w *waiting) key() lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: w.name.of.Value().flow, Anchor: w.name.object()}
}

func (n *naming) ofBuiltIn() bool { return n.told.Value().flow == lineage.TransactionFlow }

// name is an object, or an execution by its anchor. Of a hundred thousand most differ in
// the id alone.
type name struct {
	of unique.Handle[label]
	id string
}

type label struct{ flow, typ, system, scope string }

func newName(flow string, o lineage.Object) name {
	return name{unique.Make(label{flow, o.Type, o.System, o.Scope}), o.ID}
}

func (n name) object() lineage.Object {
	l := n.of.Value()
	return lineage.Object{Type: l.typ, System: l.system, Scope: l.scope, ID: n.id}
}

func (n name) is(o *lineage.Object) bool { return n.id == o.ID && n.object() == *o }

// numbers are those that are taken, and may be given back.
type numbers struct {
	most int32
	free []int32
}

func (s *numbers) take() int32 {
	if last := len(s.free) - 1; last >= 0 {
		n := s.free[last]
		s.free = s.free[:last]
		return n
	}
	s.most++
	return s.most - 1
}

func (s *numbers) give(n int32) { s.free = append(s.free, n) }
