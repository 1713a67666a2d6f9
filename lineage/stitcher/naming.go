package stitcher

import (
	"context"
	"slices"

	"throughline/lineage"
)

// Canonical returns the object that an id names, by the name that it goes by now, and
// whether that is another one. An id that several objects go by, or none, is returned
// as it is: nobody is led where they may not have meant to go.
func (s *Stitcher) Canonical(ctx context.Context, tenant string, o lineage.Object) (now lineage.Object, moved bool, err error) {
	const op = "find the name of an object"
	if err := s.ready(op); err != nil {
		return o, false, err
	}
	if tenant != s.cfg.Tenant {
		return o, false, nil
	}
	err = s.ask(ctx, op, func() { now, moved = s.called(o) }, o.ID)
	return now, moved, err
}

// Merged returns the object that an id leads to because somebody decided that both are
// one, and false for any other id: one that evidence alone calls an object's has its
// page under its own name.
func (s *Stitcher) Merged(ctx context.Context, tenant string, o lineage.Object) (now lineage.Object, moved bool, err error) {
	const op = "find the name of an object"
	if err := s.ready(op); err != nil {
		return o, false, err
	}
	if tenant != s.cfg.Tenant || !s.decidedToMerge(o) {
		return o, false, nil
	}
	err = s.ask(ctx, op, func() { now, moved = s.called(o) }, o.ID)
	return now, moved, err
}

// decidedToMerge tells whether a decision that stands makes an object one with another.
func (s *Stitcher) decidedToMerge(o lineage.Object) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	spelled := lineage.Spellings(o.ID)
	meant := func(p lineage.Object) bool {
		return p.Type == o.Type && slices.Contains(spelled, p.ID) && (o.System == "" || o.System == p.System) && (o.Scope == "" || o.Scope == p.Scope)
	}
	for _, d := range s.decisions.ledger {
		if d.Stands && d.Kind == lineage.DecideMerge && (meant(d.A) || meant(d.B)) {
			return true
		}
	}
	return false
}

// canonical is the name that an object goes by now.
func (s *Stitcher) canonical(o lineage.Object) lineage.Object {
	now, _ := s.called(o)
	return now
}

func (s *Stitcher) called(o lineage.Object) (now lineage.Object, moved bool) {
	spelled := lineage.Spellings(o.ID)
	var named, other []lineage.Object
	for _, p := range s.graph.Named(o.ID) {
		switch {
		case p.Type != o.Type:
		case !slices.Contains(spelled, p.ID):
			other = append(other, p)
		case (o.System == "" || o.System == p.System) && (o.Scope == "" || o.Scope == p.Scope):
			named = append(named, p)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], false
	case len(named) == 0 && len(other) == 1:
		return other[0], true
	}
	if one, ok := s.graph.Canonical(o); ok && len(named)+len(other) == 0 {
		return one, false // the same id in another system
	}
	return o, false
}

// Case returns what people and the rules have made of an object, by all its ids.
func (s *Stitcher) Case(ctx context.Context, tenant string, ids []lineage.Object) (lineage.Case, error) {
	const op = "read the case of an object"
	var c lineage.Case
	if err := s.ready(op); err != nil {
		return c, err
	}
	if tenant != s.cfg.Tenant {
		return c, nil
	}
	var texts []string
	for _, id := range ids {
		texts = append(texts, id.ID)
	}
	err := s.ask(ctx, op, func() { c = s.caseOf(ids) }, texts...)
	return c, err
}

func (s *Stitcher) caseOf(ids []lineage.Object) (c lineage.Case) {
	for _, id := range ids {
		if h, ok := s.held.now[s.canonical(id)]; ok {
			c.Held = &h
		}
	}
	mine := func(o lineage.Object) bool { return slices.Contains(ids, o) }
	for _, pair := range s.graph.PossibleSame() {
		switch {
		case mine(pair[0]):
			c.Possible = append(c.Possible, pair)
		case mine(pair[1]):
			c.Possible = append(c.Possible, [2]lineage.Object{pair[1], pair[0]})
		}
	}
	for _, d := range slices.Backward(s.decisions.ledger) {
		if mine(d.A) || mine(d.B) {
			c.Decided = append(c.Decided, d)
		}
	}
	return c
}
