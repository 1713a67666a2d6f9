package stitcher

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"throughline/lineage"
)

func TestAStitcherThatForgetsTellsTheSameOfWhatIsMappedAnew(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		if p.random.IntN(8) == 0 {
			p.remap()
		}
	})
}

// anew is how a content is mapped anew; Now is nil for one that is refused.
type anew struct {
	of       content
	was, now *lineage.Event
}

// remap maps some events anew for both. Meanwhile another block may come, something is
// asked, or the first try to store it fails.
func (p *pair) remap() {
	p.t.Helper()
	if len(p.seen) == 0 {
		return
	}
	p.calm()
	var some []anew
	for range 1 + p.random.IntN(5) {
		c := p.seen[p.random.IntN(len(p.seen))]
		if !slices.ContainsFunc(some, func(a anew) bool { return a.of == c }) {
			some = append(some, anew{c, p.now[c], p.mapped(c)})
		}
	}
	for _, a := range some {
		p.now[a.of] = a.now
	}
	p.forgets.doubt = true
	if first := p.random.IntN(3); first == 0 { // a content that was stored twice is not mapped anew at once
		p.remapRows(some, func(row int) bool { return row == 0 })
		pass(time.Duration(p.random.IntN(4000)) * time.Millisecond)
		p.remapRows(some, func(row int) bool { return row > 0 })
	} else {
		p.remapRows(some, func(int) bool { return true })
	}
	pass(3 * time.Second)
	p.forgets.doubt = !p.forgets.Settled()
}

func (p *pair) remapRows(some []anew, take func(row int) bool) {
	p.t.Helper()
	var block []lineage.Event
	if p.random.IntN(2) == 0 {
		block = p.next()
	}
	waits := time.Duration(p.random.IntN(3000)) * time.Millisecond
	asks, fails := p.random.IntN(3) == 0, p.random.IntN(4) == 0
	for _, s := range []*shop{p.keeps, p.forgets} {
		var events []lineage.Remapped
		for _, a := range some {
			for row := range s.store.placesOf(a.of) {
				if !take(row) {
					continue
				}
				var x lineage.Remapped
				if a.was != nil {
					x.Was = *a.was
				}
				if x.Now = p.original(a.of).Unread(); a.now != nil {
					x.Now = *a.now
				}
				events = append(events, x)
			}
		}
		save := func(context.Context) error {
			if fails {
				return errors.New("it cannot be stored")
			}
			for _, a := range some {
				for row, at := range s.store.placesOf(a.of) {
					if take(row) {
						now := a.now
						if now == nil {
							unread := p.original(a.of).Unread()
							now = &unread
						}
						s.store.remap(at, now, a.now == nil)
					}
				}
			}
			if len(block) > 0 {
				s.feed(true, block...)
			}
			if asks && s == p.forgets {
				p.ask(s, p.object())
			}
			pass(waits)
			return nil
		}
		err := s.Remap(p.t.Context(), events, save)
		if failed := fails; failed {
			if err == nil {
				p.t.Fatal("it could not be stored, and nobody says so")
			}
			if fails = false; s == p.forgets {
				p.forgets.restart(p.random.IntN(2) == 0)
			}
			err = s.Remap(p.t.Context(), events, save)
			fails = failed
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *pair) original(c content) *lineage.Event {
	return &p.log.Events[slices.IndexFunc(p.log.Events, func(e lineage.Event) bool { return contentOf(&e) == c })]
}

// mapped is how another catalogue reads a content: it names less, more or something else.
func (p *pair) mapped(c content) *lineage.Event {
	e := *p.original(c)
	if now := p.now[c]; now != nil {
		e = *now
	} else {
		return &e // it is taken again
	}
	e.Refs, e.Relations, e.Equalities = slices.Clone(e.Refs), slices.Clone(e.Relations), slices.Clone(e.Equalities)
	other := &p.log.Events[p.random.IntN(len(p.log.Events))]
	o := p.object()
	switch p.random.IntN(7) {
	case 0:
		if len(e.Refs) > 0 {
			i := p.random.IntN(len(e.Refs))
			e.Refs = slices.Delete(e.Refs, i, i+1)
		}
	case 1:
		for i := range e.Refs {
			if e.Refs[i].Object.Type == o.Type {
				e.Refs[i].Object = o
				break
			}
		}
	case 2:
		e.Correlation = other.Correlation
	case 3:
		e.Refs = append(e.Refs, lineage.Ref{Object: o, Role: lineage.Mentions})
	case 4:
		e.Relations = other.Relations
	case 5:
		e.Equalities = other.Equalities
	case 6:
		if !p.contested(c) {
			return nil
		}
	}
	return &e
}

// contested tells whether an identity has several contents.
func (p *pair) contested(c content) bool {
	return slices.ContainsFunc(p.log.Events, func(e lineage.Event) bool { return e.Source == c.source && e.ID == c.id && e.Hash != c.hash })
}
