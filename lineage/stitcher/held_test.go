package stitcher

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

// turnOf is what an entry of the audit is known by.
type turnOf struct {
	object lineage.Object
	turn   int
}

func (s *shelf) SaveAudit(_ context.Context, entries []lineage.AuditEntry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	for _, e := range entries {
		key := turnOf{e.Object, e.Turn}
		if old, known := s.audit[key]; known && old != e {
			return fmt.Errorf("an entry is told in two ways: %+v and %+v", old, e)
		}
		s.audit[key] = e
	}
	return nil
}

func (s *shelf) Audited(_ context.Context, tenant string) ([]lineage.AuditEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, errAway
	}
	last := make(map[lineage.Object]lineage.AuditEntry)
	for _, e := range s.audit {
		if e.Tenant == tenant && e.Turn > last[e.Object].Turn {
			last[e.Object] = e
		}
	}
	var all []lineage.AuditEntry
	for _, e := range last {
		all = append(all, e)
	}
	return all, nil
}

// audited is the audit of an object in words.
func (h *house) audited(o lineage.Object) []string {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	var lines []string
	for turn := 1; ; turn++ {
		e, ok := h.store.audit[turnOf{o, turn}]
		if !ok {
			return lines
		}
		word := "released"
		if e.Held {
			word = "held"
		}
		line := fmt.Sprint(word, " by ", e.Cause)
		if e.Related > 0 {
			line += fmt.Sprint(" of ", e.Related)
		}
		if e.Decision != "" {
			line += " " + e.Decision
		}
		lines = append(lines, line)
	}
}

func (h *house) auditIs(want ...string) {
	h.t.Helper()
	pass(2 * time.Second)
	if diff := cmp.Diff(want, h.audited(batch)); diff != "" {
		h.t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestEveryTurnOfAnObjectIsWrittenDownOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.glued()
		want := []string{"held by guard of 3"}
		h.auditIs(want...)
		back, err := h.HeldBack(t.Context(), "default")
		if err != nil || len(back) != 1 || back[0].Object != batch || back[0].Related != 3 || back[0].Since.IsZero() {
			t.Errorf("%v: %+v", err, back)
		}
		since := back[0].Since
		h.kill()
		h.open()
		h.auditIs(want...)
		if back, err = h.HeldBack(t.Context(), "default"); err != nil || len(back) != 1 || !back[0].Since.Equal(since) {
			t.Errorf("%v: after a restart %+v", err, back)
		}
		h.decide(lineage.Decision{ID: "release", Kind: lineage.DecideRelease, A: batch})
		want = append(want, "released by decision release")
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "revoke", Kind: lineage.DecideRevoke, Revokes: "release"})
		want = append(want, "held by guard of 3")
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "reject", Kind: lineage.DecideReject, Source: "erp", EventID: "e2"})
		want = append(want, "released by evidence")
		h.auditIs(want...)
		h.kill()
		h.open()
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "block", Kind: lineage.DecideBlock, A: batch})
		want = append(want, "held by decision block")
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "unblock", Kind: lineage.DecideRevoke, Revokes: "block"})
		want = append(want, "released by decision unblock")
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "block again", Kind: lineage.DecideBlock, A: batch})
		want = append(want, "held by decision block again")
		h.auditIs(want...)
		h.decide(lineage.Decision{ID: "merge", Kind: lineage.DecideMerge, A: batch, B: lineage.Object{Type: "delivery", ID: "A"}})
		want = append(want, "released by merge")
		h.auditIs(want...)
		stop(t, h.Stitcher)
	})
}

func TestATurnThatCouldNotBeStoredIsStoredAsItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer func() { stop(t, h.Stitcher) }()
		h.store.setAway(true)
		h.glued()
		noticed, _ := h.HeldBack(t.Context(), "default")
		pass(time.Minute)
		h.store.setAway(false)
		h.auditIs("held by guard of 3")
		if at := h.store.audit[turnOf{batch, 1}].At; len(noticed) != 1 || !at.Equal(noticed[0].Since) {
			t.Errorf("it was noticed %+v, and is stored as of %s", noticed, at)
		}
		// What was not stored when the house died is noticed again at the next start.
		h.store.setAway(true)
		h.decide(lineage.Decision{ID: "release", Kind: lineage.DecideRelease, A: batch})
		h.kill()
		h.store.setAway(false)
		h.open()
		h.auditIs("held by guard of 3", "released by decision release")
	})
}

func TestOtherGuardsReleaseWhatTheyDoNotHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer func() { stop(t, h.Stitcher) }()
		h.glued()
		wider, err := lineage.NewCatalogue(lineage.Definition{
			Guards: []lineage.Guard{{Type: "delivery", To: "order", Max: 3}},
			Flows:  []lineage.Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "delivery": 1, "invoice": 2}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Reload(t.Context(), wider); err != nil {
			t.Fatal(err)
		}
		want := []string{"held by guard of 3", "released by catalogue"}
		h.auditIs(want...)
		h.shows(together)
		stop(t, h.Stitcher)
		h.open() // with the guards of before
		h.auditIs(append(want, "held by guard of 3")...)
	})
}

func TestWhatIsWithheldIsShownWithItsEvidence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		for limit, want := range map[int]int{2: 2, 100: 3} {
			edges, err := h.Withheld(t.Context(), "default", batch, limit)
			if err != nil || len(edges) != want || len(edges[0].Evidence) != 1 || edges[0].Evidence[0].Source != "erp" {
				t.Errorf("%v: of %d withheld %+v", err, limit, edges)
			}
		}
		c, err := h.Case(t.Context(), "default", []lineage.Object{batch})
		if err != nil || c.Held == nil || c.Held.Guard.Max != 2 {
			t.Errorf("%v: %+v", err, c)
		}
		if edges, err := h.Withheld(t.Context(), "default", orderTwo, 9); err != nil || len(edges) > 0 {
			t.Errorf("%v: of an order that nothing holds back %+v", err, edges)
		}
	})
}

func TestAnIDThatIsMergedLeadsToItsObjectUntilThatIsUndone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		leads := func(to lineage.Object, moved bool) {
			t.Helper()
			got, m, err := h.Merged(t.Context(), "default", lineage.Object{Type: "order", ID: " 2 "})
			if to.ID == "" {
				got, to = lineage.Object{}, got
			}
			if err != nil || m != moved || moved && got != to {
				t.Errorf("%v: it leads to %v, %v", err, got, m)
			}
		}
		leads(orderTwo, false)
		h.decide(lineage.Decision{ID: "merge", Kind: lineage.DecideMerge, A: orderTwo, B: orderOne})
		leads(orderOne, true)
		c, err := h.Case(t.Context(), "default", []lineage.Object{orderOne, orderTwo})
		if err != nil || len(c.Decided) != 1 || c.Decided[0].ID != "merge" {
			t.Errorf("%v: %+v", err, c)
		}
		h.decide(lineage.Decision{ID: "undo", Kind: lineage.DecideRevoke, Revokes: "merge"})
		leads(orderTwo, false)
		// An id that two objects go by leads nowhere.
		other := event("x", "order/7", time.Now())
		other.Refs[0].Object.System = "crm"
		other.Equalities = []lineage.Equality{{A: other.Refs[0].Object, B: lineage.Object{Type: "order", System: "wms", ID: "2"}}}
		h.said(other)
		pass(time.Second)
		leads(orderTwo, false)
		alias := lineage.Object{Type: "order", System: "wms", ID: "2"}
		if _, moved, err := h.Canonical(t.Context(), "default", alias); err != nil || !moved {
			t.Errorf("%v: an alias of its own system leads nowhere", err)
		}
		if _, moved, err := h.Merged(t.Context(), "default", alias); err != nil || moved {
			t.Errorf("%v: what evidence alone calls an object's was merged", err)
		}
		if got, moved, err := h.Canonical(t.Context(), "default", lineage.Object{Type: "invoice", ID: "2"}); err != nil || moved || got.ID != "2" {
			t.Errorf("%v: an invoice leads to %v", err, got)
		}
	})
}

func TestAnEqualityThatWasRefusedIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		crm := lineage.Object{Type: "order", System: "crm", ID: "006"}
		for i, o := range []lineage.Object{orderOne, orderTwo} {
			e := event(fmt.Sprint("q", i), o.String(), time.Now())
			e.Equalities = []lineage.Equality{{A: o, B: crm}}
			h.said(e)
		}
		pass(time.Second)
		c, err := h.Case(t.Context(), "default", []lineage.Object{orderOne, crm})
		if want := [][2]lineage.Object{{crm, orderTwo}}; err != nil || !slices.Equal(c.Possible, want) {
			t.Errorf("%v: %+v; want %v", err, c.Possible, want)
		}
	})
}

func TestWhatIsHeldBackNamesTheDecisionOnAnyOfItsIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer func() { stop(t, h.Stitcher) }()
		h.glued()
		alias := lineage.Object{Type: batch.Type, System: "wms", ID: batch.ID}
		h.decide(lineage.Decision{ID: "merge", Kind: lineage.DecideMerge, A: batch, B: alias})
		h.decide(lineage.Decision{ID: "release", Kind: lineage.DecideRelease, A: batch})
		h.decide(lineage.Decision{ID: "block", Kind: lineage.DecideBlock, A: alias})
		back, err := h.HeldBack(t.Context(), "default")
		if err != nil || len(back) != 1 || back[0].Decision.ID != "block" {
			t.Errorf("%v: %+v; want it held back by the decision block", err, back)
		}
		h.auditIs("held by guard of 3", "released by decision release", "held by decision of 3 block")
	})
}
