package stitcher

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// pair is a stitcher that keeps all and one that keeps hardly anything, whose store is
// away now and then, and which is restarted. Both are told the same.
type pair struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	log     *logs.Log
	cat     *lineage.Catalogue         // in force
	order   []int                      // events that are still to come
	now     map[content]*lineage.Event // how those that came are mapped now; nil: they are refused
	seen    []content
	keeps   *shop
	forgets *shop
	ids     int // of decisions
}

// everyHistory plays logs of every kind, while something else happens as well. Under the
// race detector, which takes ten times as long, two kinds will do; `make test` plays all
// beside it.
func everyHistory(t *testing.T, some uint64, also func(*pair)) {
	kinds := logs.Kinds()
	if raced {
		kinds, some = kinds[:2], 1
	}
	for _, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			recalled, begun := 0, 0
			for seed := range histories(t, some) {
				asked, left := forgetAndCompare(t, logs.Write(kind.Small(seed)), seed, also)
				recalled, begun = recalled+asked, begun+left
			}
			if recalled == 0 {
				t.Error("nothing was let go of and asked for again")
			}
			if begun == 0 && some > 1 {
				t.Error("no start left everything in the store")
			}
		})
	}
}

func newPair(t *testing.T, log *logs.Log, seed uint64) *pair {
	p := &pair{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 77)), log: log, cat: log.Catalogue, now: make(map[content]*lineage.Event)}
	p.keeps, p.forgets = openShop(t, log.Catalogue, 1<<30), openShop(t, log.Catalogue, 10)
	p.forgets.random = p.random
	pass(time.Second)
	for i := range log.Events {
		for range 1 + p.random.IntN(2) {
			p.order = append(p.order, i)
		}
	}
	if p.random.IntN(2) == 0 {
		p.random.Shuffle(len(p.order), func(i, j int) { p.order[i], p.order[j] = p.order[j], p.order[i] })
	}
	return p
}

// forgetAndCompare runs a log through both, and compares them.
func forgetAndCompare(t *testing.T, log *logs.Log, seed uint64, also func(*pair)) (asked, left int) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, log, seed)
		defer func() {
			stop(t, p.keeps.Stitcher)
			stop(t, p.forgets.Stitcher)
		}()
		for len(p.order) > 0 {
			events := p.next()
			p.keeps.feed(true, events...)
			p.forgets.feed(p.random.IntN(3) > 0, events...)
			p.disturb()
			also(p)
			pass(time.Duration(p.random.IntN(1500)) * time.Millisecond)
		}
		p.compare()
		asked, left = p.forgets.store.asked, p.forgets.store.begun
	})
	return asked, left
}

// next is what comes next, as it is mapped now. What is refused does not come.
func (p *pair) next() (events []lineage.Event) {
	n := min(len(p.order), 1+p.random.IntN(12))
	for _, i := range p.order[:n] {
		e := &p.log.Events[i]
		c := contentOf(e)
		now, again := p.now[c]
		if !again {
			p.now[c], now = e, e
			p.seen = append(p.seen, c)
		}
		if now != nil {
			events = append(events, *now)
		}
	}
	p.order = p.order[n:]
	return events
}

func (p *pair) disturb() {
	switch s := p.forgets; p.random.IntN(24) {
	case 0:
		s.store.setAway(true)
	case 1, 2:
		s.store.setAway(false)
	case 3, 4:
		s.store.setAway(false)
		s.restart(p.random.IntN(2) == 0)
	case 5:
		p.calm()
		p.compareAnswers()
	}
}

// calm lets everything come to the store.
func (p *pair) calm() {
	p.forgets.store.setAway(false)
	p.forgets.flow()
	pass(8 * time.Second)
}

// same fails unless both have the same of something.
func (p *pair) same(what string, keeps, forgets any) {
	p.t.Helper()
	if reflect.DeepEqual(keeps, forgets) { // ten times as fast as cmp.Diff
		return
	}
	if diff := cmp.Diff(keeps, forgets); diff != "" {
		p.t.Fatalf("seed %d: %s, of who keeps all and who forgets (-keeps +forgets):\n%s", p.seed, what, diff)
	}
}

func (p *pair) compare() {
	p.t.Helper()
	p.calm()
	pass(22 * time.Second)
	p.same("told", p.keeps.told.last(), p.forgets.told.last())
	p.same("stored", p.keeps.live(), p.forgets.live())
	p.same("told", p.keeps.told.last(), p.forgets.told.last())
	for range 5 {
		p.compareAnswers()
	}
	p.same("the first page", p.overview(p.keeps), p.overview(p.forgets))
	if p.forgets.lives == 1 {
		p.same("set aside", len(p.keeps.store.quarantine), len(p.forgets.store.quarantine))
	}
	if fault := p.forgets.told.fault; fault != "" {
		p.t.Fatalf("seed %d: %s", p.seed, fault)
	}
}

func (p *pair) overview(s *shop) string {
	p.t.Helper()
	flows, err := s.Overview(p.t.Context(), logs.Tenant)
	if err != nil {
		p.t.Fatal(err)
	}
	text := ""
	for _, f := range flows {
		text += fmt.Sprint(f.Flow, f.Total, f.Unanchored, f.Stages, "\n")
	}
	return text
}

// object is any object of the log.
func (p *pair) object() lineage.Object {
	for {
		e := &p.log.Events[p.random.IntN(len(p.log.Events))]
		if len(e.Refs) > 0 {
			return e.Refs[p.random.IntN(len(e.Refs))].Object
		}
	}
}

// compareAnswers asks both about an object.
func (p *pair) compareAnswers() {
	p.t.Helper()
	o := p.object()
	if !slices.Contains(p.cat.Joining(), o.Type) {
		return // of these the latest are told
	}
	ask := func(s *shop) (lineage.Answer, []lineage.Match) {
		a, m := p.ask(s, o)
		return a, slices.DeleteFunc(m, func(m lineage.Match) bool { return !slices.Contains(p.cat.Joining(), m.Object.Type) })
	}
	wantAnswer, wantMatches := ask(p.keeps)
	answer, matches := ask(p.forgets)
	p.same("the answer about "+o.String(), wantAnswer, answer)
	p.same("what is found of "+o.String(), wantMatches, matches)
}

func (p *pair) ask(s *shop, o lineage.Object) (lineage.Answer, []lineage.Match) {
	p.t.Helper()
	a, err := s.Lookup(p.t.Context(), lineage.ObjectQuery{Tenant: logs.Tenant, Type: o.Type, ID: o.ID})
	if err != nil {
		p.t.Fatal(err)
	}
	m, err := s.Search(p.t.Context(), logs.Tenant, o.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return a, m
}
