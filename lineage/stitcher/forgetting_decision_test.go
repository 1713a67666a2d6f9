package stitcher

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/lineage/logs"
)

func TestAStitcherThatForgetsDecidesAndPreviewsTheSame(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		if p.random.IntN(8) == 0 {
			p.decide()
		}
	})
}

// decide previews a decision, which changes nothing, and perhaps takes it.
func (p *pair) decide() {
	p.t.Helper()
	p.calm()
	d := p.decision()
	stored, told := p.forgets.live(), p.forgets.told.last()
	preview := func(s *shop) (lineage.Forecast, lineage.Kind) {
		f, err := s.Preview(p.t.Context(), d, 1000)
		f.Decision = lineage.Decision{}
		return f, lineage.KindOf(err)
	}
	want, fails := preview(p.keeps)
	f, kind := preview(p.forgets)
	p.same(fmt.Sprintf("a preview of %+v", d), want, f)
	p.same(fmt.Sprintf("why there is no preview of %+v", d), fails, kind)
	pass(2 * time.Second)
	p.same("stored before a preview, by who forgets, and after it", stored, p.forgets.live())
	p.same("told before a preview, by who forgets, and after it", told, p.forgets.told.last())
	if p.random.IntN(3) == 0 {
		return
	}
	take := func(s *shop) lineage.Kind {
		_, err := s.Decide(p.t.Context(), d)
		return lineage.KindOf(err)
	}
	wanted := take(p.keeps)
	if p.random.IntN(4) == 0 {
		p.forgets.store.setAway(true)
		if got := take(p.forgets); got == wanted || got != lineage.Unavailable {
			p.forgets.store.setAway(false) // all that it is about is here
			p.same(fmt.Sprintf("what is said of %+v", d), wanted, got)
			return
		}
		p.forgets.store.setAway(false)
	}
	p.same(fmt.Sprintf("what is said of %+v", d), wanted, take(p.forgets))
}

func (p *pair) decision() lineage.Decision {
	p.ids++
	d := lineage.Decision{Tenant: logs.Tenant, ID: fmt.Sprint("d", p.ids), By: "Ada", A: p.object()}
	switch p.random.IntN(6) {
	case 0:
		d.Kind = lineage.DecideMerge
	case 1:
		d.Kind = lineage.DecideApart
	case 2:
		d.Kind = lineage.DecideBlock
	case 3:
		d.Kind = lineage.DecideRelease
	case 4:
		e := &p.log.Events[p.random.IntN(len(p.log.Events))]
		d.Kind, d.A, d.Source, d.EventID = lineage.DecideReject, lineage.Object{}, e.Source, e.ID
	case 5:
		d.Kind, d.A, d.Revokes = lineage.DecideRevoke, lineage.Object{}, fmt.Sprint("d", 1+p.random.IntN(p.ids))
	}
	if d.Kind == lineage.DecideMerge || d.Kind == lineage.DecideApart {
		for range 100 {
			if d.B = p.object(); d.B.Type == d.A.Type && d.B != d.A {
				break
			}
		}
	}
	return d
}
