package stitcher

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

func TestEventsThatAreMappedAnewMoveTheirExecutions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, store := t.TempDir(), newShelf()
		s := start(t, dir, store)
		wrong := event("a", "order/6", time.Now())
		feed(t, s, 1, wrong, event("b", "order/8", time.Now()))
		pass(2 * time.Second)
		changes, cancel := s.Subscribe("default")
		defer cancel()
		right := event("a", "order/7", time.Now())
		right.Hash, right.Time = wrong.Hash, wrong.Time
		if err := s.Remap(t.Context(), []lineage.Remapped{{Was: wrong, Now: right}}, func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if change := <-changes; !slices.Contains(change.Executions, order7) {
			t.Errorf("told is %v", change.Executions)
		}
		if s.Settled() {
			t.Error("it is settled before anything is stored")
		}
		pass(2 * time.Second)
		want := []string{"quote-to-cash order/7", "quote-to-cash order/8"}
		if diff := cmp.Diff(want, store.live()); diff != "" || !s.Settled() {
			t.Error(diff)
		}
		stop(t, s)
	})
}

func TestAfterALifeThatEndedWhileEventsWereMappedAnewAllExecutionsAreWrittenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, store := t.TempDir(), newShelf()
		e := event("a", "order/6", time.Now())
		store.events = []stored{{1, e}}
		s := start(t, dir, store)
		feed(t, s, 1, e)
		stop(t, s)
		anew := event("a", "order/7", time.Now()) // it was mapped anew, and nobody could write what followed
		anew.Hash, anew.Time = e.Hash, e.Time
		store.events = []stored{{1, anew}}
		for _, doubt := range []bool{false, true} {
			if doubt {
				if err := Doubt(dir, "w"); err != nil {
					t.Fatal(err)
				}
			}
			s = start(t, dir, store)
			pass(2 * time.Second)
			stop(t, s)
			if got := slices.Contains(store.live(), "quote-to-cash order/7"); got != doubt {
				t.Errorf("in doubt %v: stored are %v", doubt, store.live())
			}
		}
		if got := store.live(); len(got) != 1 {
			t.Errorf("stored are %v", got)
		}
	})
}
