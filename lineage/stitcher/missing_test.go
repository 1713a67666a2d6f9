package stitcher

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

func TestWhatTheRulesKeepOutIsToldByItsID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		guard := lineage.Guard{Type: "delivery", To: "order", Max: 1}
		cat, err := lineage.NewCatalogue(lineage.Definition{
			Guards: []lineage.Guard{guard, {Type: "delivery", To: "invoice", Max: 9}, {Type: "invoice", To: "order", Max: 1}},
			Flows:  []lineage.Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "delivery": 1}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Config{Dir: t.TempDir(), Writer: "w"}, Deps{Catalogue: cat, Store: newShelf()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Suppressed(t.Context(), "default", "D-1"); lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("%v; before the state is whole, nothing is known to be not there", err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer stop(t, s)
		pass(time.Second)
		delivery, crm := lineage.Object{Type: "delivery", ID: "D-1"}, lineage.Object{Type: "order", System: "crm", ID: "A"}
		events := []lineage.Event{event("a", "order/1", time.Now(), "delivery/D-1"), event("b", "order/2", time.Now(), "delivery/D-1", "delivery/D-2"), event("c", "order/3", time.Now())}
		for _, id := range []string{"1", "2"} {
			events[2].Equalities = append(events[2].Equalities, lineage.Equality{A: lineage.Object{Type: "order", ID: id}, B: crm})
		}
		feed(t, s, 1, events...)
		pass(time.Second)
		for id, want := range map[string]lineage.Suppressed{
			" D-1 ": {Held: []lineage.HeldBack{{Finding: lineage.Finding{Object: delivery, Guard: guard, Related: 2}}}},
			"D-2":   {},
			"2":     {Possible: [][2]lineage.Object{{{Type: "order", ID: "2"}, crm}}},
			"A":     {Possible: [][2]lineage.Object{{{Type: "order", ID: "2"}, crm}}},
			"9":     {},
		} {
			got, err := s.Suppressed(t.Context(), "default", id)
			for i := range got.Held {
				got.Held[i].Since = time.Time{}
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%q: %v, %s", id, err, diff)
			}
		}
		if got, err := s.Suppressed(t.Context(), "other", "D-1"); err != nil || len(got.Held) > 0 {
			t.Errorf("another tenant is told %v, %v", got, err)
		}
		if _, err := s.Suppressed(t.Context(), "default", " "); lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%v for no id", err)
		}
	})
}
