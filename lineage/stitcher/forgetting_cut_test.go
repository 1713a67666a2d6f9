package stitcher

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
	"throughline/lineage/logs"
)

func TestAfterACutAnywhereInAFlushAllIsStoredAsItShouldBe(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		if p.random.IntN(6) != 0 {
			return
		}
		p.calm()
		switch p.random.IntN(4) {
		case 0:
			p.breakOff("save")
		case 1:
			p.breakOff("retire")
		case 2:
			p.breakOff("quarantine")
		case 3:
			p.losesCheckpoints()
		}
		p.calm()
		p.same("stored after a cut", p.keeps.live(), p.forgets.live())
	})
}

// breakOff has a life end at a step, which is done or not. To have rows to retire,
// another catalogue comes now and then, which may be cut off as well.
func (p *pair) breakOff(step string) {
	p.t.Helper()
	store := p.forgets.store
	store.mu.Lock()
	store.breaks, store.done = step, p.random.IntN(2) == 0
	store.mu.Unlock()
	if step == "retire" || p.random.IntN(3) == 0 {
		p.cat = p.another()
		p.keeps.cat, p.forgets.cat = p.cat, p.cat
		if err := p.keeps.Reload(p.t.Context(), p.cat); err != nil {
			p.t.Fatal(err)
		}
		done := make(chan error)
		life := p.forgets.Stitcher
		go func() { done <- life.Reload(p.t.Context(), p.cat) }()
		pass(time.Duration(p.random.IntN(3000)) * time.Millisecond)
		p.forgets.cut()
		<-done // it has ended, or its life has
	} else {
		if len(p.order) > 0 {
			events := p.next()
			p.keeps.feed(true, events...)
			p.forgets.feed(p.random.IntN(2) == 0, events...)
		}
		pass(time.Duration(p.random.IntN(3000)) * time.Millisecond)
		p.forgets.cut()
	}
	store.mu.Lock()
	store.breaks = ""
	store.mu.Unlock()
}

// losesCheckpoints has rows stored whose checkpoint cannot be, until a life ends.
func (p *pair) losesCheckpoints() {
	p.t.Helper()
	block := filepath.Join(p.forgets.dir, checkpointFile+".new")
	if err := os.Mkdir(block, 0o700); err != nil {
		p.t.Fatal(err)
	}
	for range 2 {
		if len(p.order) > 0 {
			events := p.next()
			p.keeps.feed(true, events...)
			p.forgets.feed(p.random.IntN(2) == 0, events...)
		}
		pass(2 * time.Second)
	}
	if err := os.Remove(block); err != nil {
		p.t.Fatal(err)
	}
	p.forgets.cut()
}

func TestAListenerIsToldAgainAtAStartWhatItHadNotKept(t *testing.T) {
	t.Parallel()
	everyHistory(t, 1, func(p *pair) {
		p.forgets.lag = uint64(p.random.IntN(6))
		kept := p.forgets.told.Kept()
		if at := p.forgets.Checkpoint(); p.forgets.lives > 1 && at > max(kept, p.forgets.begun) {
			p.t.Fatalf("seed %d: the checkpoint is %d, and kept is %d", p.seed, at, kept)
		}
		if p.random.IntN(8) != 0 {
			return
		}
		p.forgets.store.setAway(false)
		p.forgets.cut()
		pass(3 * time.Second)
		p.same("told after a start", p.keeps.told.last(), p.forgets.told.last())
	})
}

func TestWhatACutLeftHalfDeletedIsGoneAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, catalogue(t), 10)
		pass(time.Second)
		for i := range 30 {
			order := fmt.Sprint("order/", i+1)
			s.feed(true, event(fmt.Sprint("o", i), order, time.Now()), event(fmt.Sprint("i", i), fmt.Sprint("invoice/", i+1), time.Now(), order))
			pass(500 * time.Millisecond)
		}
		pass(10 * time.Second)
		// A decision makes one of two that have left; the rows of the other are not taken
		// away any more in this life.
		s.store.mu.Lock()
		s.store.breaks = "save"
		s.store.mu.Unlock()
		d := lineage.Decision{Tenant: logs.Tenant, ID: "d", Kind: lineage.DecideMerge, By: "Ada", A: lineage.Object{Type: "order", ID: "3"}, B: lineage.Object{Type: "order", ID: "9"}}
		if _, err := s.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Second)
		s.cut()
		pass(5 * time.Second)
		if n := len(s.live()); n != 29 {
			t.Errorf("%d executions are stored; want 29", n)
		}
		stop(t, s.Stitcher)
	})
}
