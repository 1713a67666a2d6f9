package stitcher

import (
	"maps"
	"slices"
	"testing"
	"time"

	"throughline/lineage"
)

func TestAStitcherThatForgetsComputesTheSameByAnotherCatalogue(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		if p.random.IntN(12) == 0 {
			p.reload()
		}
	})
}

// reload puts another catalogue in force, also while the store is away, and perhaps ends
// the life after it.
func (p *pair) reload() {
	p.t.Helper()
	p.cat = p.another()
	p.keeps.cat, p.forgets.cat = p.cat, p.cat
	if err := p.keeps.Reload(p.t.Context(), p.cat); err != nil {
		p.t.Fatal(err)
	}
	if p.random.IntN(2) == 0 {
		p.forgets.store.setAway(true)
	}
	done := make(chan error)
	go func() { done <- p.forgets.Reload(p.t.Context(), p.cat) }()
	pass(time.Duration(p.random.IntN(4000)) * time.Millisecond)
	p.forgets.store.setAway(false)
	if err := <-done; err != nil {
		p.t.Fatal(err)
	}
	switch p.random.IntN(4) {
	case 0:
		p.forgets.restart(p.random.IntN(2) == 0)
	case 1:
		p.forgets.cut()
	}
}

// another is a catalogue of the same log: it has another anchor, knows one type less,
// holds back what much hangs on, or has a second flow. It may be the first one.
func (p *pair) another() *lineage.Catalogue {
	p.t.Helper()
	for range 100 {
		def := p.log.Definition
		def.Flows, def.Types = slices.Clone(def.Flows), maps.Clone(def.Types)
		flow := &def.Flows[0]
		types := slices.Sorted(maps.Keys(flow.Ranks))
		typ := types[p.random.IntN(len(types))]
		switch p.random.IntN(5) {
		case 0:
			*flow = anchoredBy(*flow, typ)
		case 1:
			flow.Ranks = maps.Clone(flow.Ranks)
			delete(flow.Ranks, typ)
			flow.Stages = slices.DeleteFunc(slices.Clone(flow.Stages), func(r lineage.StageRule) bool { return r.Type == typ || r.By == typ })
			flow.Leaf = slices.DeleteFunc(slices.Clone(flow.Leaf), func(leaf string) bool { return leaf == typ })
		case 2:
			def.Guards = append(slices.Clone(def.Guards), lineage.Guard{Type: typ, To: flow.Anchor, Max: 1 + p.random.IntN(2)})
		case 3:
			second := anchoredBy(*flow, typ)
			second.Name = "second"
			def.Flows = append(def.Flows, second)
		}
		if cat, err := lineage.NewCatalogue(def); err == nil {
			return cat
		}
	}
	p.t.Fatal("there is no other catalogue")
	return nil
}

func anchoredBy(f lineage.Flow, typ string) lineage.Flow {
	by := f.Ranks[typ]
	f.Ranks = maps.Clone(f.Ranks)
	for name := range f.Ranks {
		f.Ranks[name] -= by
	}
	f.Anchor = typ
	return f
}
