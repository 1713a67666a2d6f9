package stitcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

// guarded is a catalogue in which a delivery of more than two orders is held back.
func guarded(t *testing.T) *lineage.Catalogue {
	t.Helper()
	cat, err := lineage.NewCatalogue(lineage.Definition{
		Guards: []lineage.Guard{{Type: "delivery", To: "order", Max: 2}},
		Flows:  []lineage.Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "delivery": 1, "invoice": 2}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// house is a stitcher with the rest of the house in short: what it records is stored,
// and fed to it as a block of its own.
type house struct {
	*Stitcher
	t     *testing.T
	dir   string
	store *shelf
	cat   *lineage.Catalogue
	block uint64
	full  error // of the journal
	slow  bool  // what is recorded is not fed
	calls int
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), store: newShelf(), cat: guarded(t)}
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	var err error
	if h.Stitcher, err = New(Config{Dir: h.dir, Writer: "w"}, Deps{Catalogue: h.cat, Store: h.store, Recorder: recorder{h}}); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	pass(time.Second)
}

// kill ends the stitcher as a power cut would: nothing is flushed.
func (h *house) kill() {
	h.cancel()
	<-h.done
	h.hub.close()
}

// said stores events and feeds them.
func (h *house) said(events ...lineage.Event) {
	h.t.Helper()
	h.block++
	h.store.mu.Lock()
	for _, e := range events {
		h.store.events = append(h.store.events, stored{h.block, e})
	}
	h.store.mu.Unlock()
	feed(h.t, h.Stitcher, h.block, events...)
}

type recorder struct{ *house }

func (r recorder) Decide(_ context.Context, d lineage.Decision) error {
	if r.calls++; r.full != nil {
		return r.full
	}
	raw, err := d.CloudEvent()
	if err != nil {
		return err
	}
	ce, err := lineage.ParseCloudEvent(raw)
	if err != nil {
		return err
	}
	e, err := lineage.FromDecision(d.Tenant, &ce, time.Now())
	if err == nil && !r.slow {
		r.said(e)
	}
	return err
}

func (h *house) decide(d lineage.Decision) lineage.Decided {
	h.t.Helper()
	d.Tenant, d.By, d.Comment = "default", "Ada", "because"
	got, err := h.Decide(h.t.Context(), d)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// members are the executions of the flow with their members.
func (h *house) members() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	anchored, loose := h.graph.Executions("f")
	for _, ref := range append(anchored, loose...) {
		line := ref.Anchor.String() + ":"
		for _, m := range h.graph.Execution(ref).Members {
			line += " " + m.Object.String()
		}
		all = append(all, line)
	}
	return all
}

// glued are three orders that name one delivery, which exceeds the guard.
func (h *house) glued() {
	for i := range 3 {
		h.said(event(fmt.Sprint("e", i), fmt.Sprint("order/", i+1), time.Now(), "delivery/BATCH"))
	}
	pass(2 * time.Second)
}

var (
	batch    = lineage.Object{Type: "delivery", ID: "BATCH"}
	orderOne = lineage.Object{Type: "order", ID: "1"}
	orderTwo = lineage.Object{Type: "order", ID: "2"}
)

var (
	apart    = []string{"order/1: order/1", "order/2: order/2", "order/3: order/3"}
	together = []string{"order/1: order/1 delivery/BATCH", "order/2: order/2 delivery/BATCH", "order/3: order/3 delivery/BATCH"}
)

func (h *house) shows(want []string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.members()); diff != "" {
		h.t.Errorf("executions (-want +got):\n%s", diff)
	}
}

func TestADecisionIsInForceWhenItIsAnsweredAndAfterAKill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.glued()
		h.shows(apart)
		got := h.decide(lineage.Decision{ID: "d1", Kind: lineage.DecideRelease, A: batch})
		if !got.Stands || got.Pending || got.At.IsZero() {
			t.Errorf("answered %+v", got)
		}
		h.shows(together)
		h.kill()
		h.open()
		h.shows(together)
		if err := h.Reload(t.Context(), guarded(t)); err != nil {
			t.Fatal(err)
		}
		h.shows(together)
		h.decide(lineage.Decision{ID: "d2", Kind: lineage.DecideRevoke, Revokes: "d1"})
		h.shows(apart)
		ledger, err := h.Decisions(t.Context(), "default")
		if err != nil || len(ledger) != 2 || ledger[0].ID != "d2" || !ledger[0].Stands || ledger[1].Stands || ledger[1].Undone != "d2" {
			t.Errorf("%v: %+v", err, ledger)
		}
		stop(t, h.Stitcher)
	})
}

func TestADecisionThatIsTakenTwiceIsTakenOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		d := lineage.Decision{ID: "d1", Kind: lineage.DecideBlock, A: orderTwo}
		first := h.decide(d)
		if again := h.decide(d); again != first || h.calls != 1 {
			t.Errorf("recorded %d times; answered %+v and %+v", h.calls, first, again)
		}
		other := d
		other.Tenant, other.By, other.Comment, other.A = "default", "Ada", "because", orderOne
		if _, err := h.Decide(t.Context(), other); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "another decision's") {
			t.Errorf("another one under its id: %v", err)
		}
	})
}

func TestADecisionThatIsNotFedYetIsKnownAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		h.slow = true
		d := lineage.Decision{ID: "d1", Kind: lineage.DecideBlock, A: orderTwo}
		began := time.Now()
		if got := h.decide(d); !got.Pending || time.Since(began) != decideWithin {
			t.Errorf("after %s answered %+v", time.Since(began), got)
		}
		if got := h.decide(d); !got.Pending || h.calls != 1 {
			t.Errorf("recorded %d times, answered %+v", h.calls, got)
		}
		if ledger, err := h.Decisions(t.Context(), "default"); err != nil || len(ledger) != 1 || !ledger[0].Pending {
			t.Errorf("%v: %+v", err, ledger)
		}
		if got := h.decide(lineage.Decision{ID: "d2", Kind: lineage.DecideRevoke, Revokes: "d1"}); !got.At.After(began) {
			t.Errorf("what revokes it was taken at %s", got.At)
		}
	})
}

func TestADecisionThatCannotBeKeptIsNotTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		h.full = lineage.Errorf(lineage.Exhausted, "append", "the journal is full")
		d := lineage.Decision{Tenant: "default", ID: "d1", Kind: lineage.DecideRelease, A: batch, By: "Ada"}
		if _, err := h.Decide(t.Context(), d); !errors.Is(err, h.full) {
			t.Errorf("answered %v", err)
		}
		h.shows(apart)
		h.full = nil
		h.decide(d)
		h.shows(together)
	})
}

func TestADecisionThatMakesNoSenseSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		h.decide(lineage.Decision{ID: "merged", Kind: lineage.DecideMerge, A: orderOne, B: orderTwo})
		h.decide(lineage.Decision{ID: "blocked", Kind: lineage.DecideBlock, A: batch})
		h.decide(lineage.Decision{ID: "undone", Kind: lineage.DecideRevoke, Revokes: "blocked"})
		before := h.calls
		for name, c := range map[string]struct {
			d    lineage.Decision
			kind lineage.Kind
			want string
		}{
			"nothing":             {lineage.Decision{ID: "x", Kind: lineage.DecideRevoke, Revokes: "none"}, lineage.NotFound, "no such decision"},
			"what is undone":      {lineage.Decision{ID: "x", Kind: lineage.DecideRevoke, Revokes: "blocked"}, lineage.Conflict, `"undone" has undone it`},
			"what is one":         {lineage.Decision{ID: "x", Kind: lineage.DecideMerge, A: orderTwo, B: orderOne}, lineage.Conflict, "one object already"},
			"the same again":      {lineage.Decision{ID: "x", Kind: lineage.DecideRevoke, Revokes: "undone"}, 0, ""},
			"a value for no id":   {lineage.Decision{ID: "x", Kind: lineage.DecideBlock, A: lineage.Object{Type: "order", ID: "N/A"}}, lineage.Invalid, "when they have none"},
			"an id without end":   {lineage.Decision{ID: "x", Kind: lineage.DecideMerge, A: orderTwo, B: lineage.Object{Type: "order", ID: strings.Repeat("9", 1025)}}, lineage.Invalid, "b is"},
			"nobody who decides":  {lineage.Decision{ID: "x", Kind: lineage.DecideBlock, A: orderTwo, By: " "}, lineage.Invalid, "by or at is empty"},
			"a kind that is none": {lineage.Decision{ID: "x", Kind: "forget"}, lineage.Invalid, `kind is "forget"`},
		} {
			if c.d.Tenant = "default"; c.d.By == "" {
				c.d.By = "Ada"
			}
			_, err := h.Preview(t.Context(), c.d, 10)
			if lineage.KindOf(err) != c.kind || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("a preview of %s: %v", name, err)
			}
			if err == nil {
				continue
			}
			if _, err := h.Decide(t.Context(), c.d); lineage.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("deciding %s: %v", name, err)
			}
		}
		if h.calls != before {
			t.Errorf("%d of them were recorded", h.calls-before)
		}
	})
}

func TestTheSameDecisionTwiceIsRefusedWhileTheFirstStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		h.decide(lineage.Decision{ID: "d1", Kind: lineage.DecideBlock, A: batch})
		again := lineage.Decision{Tenant: "default", ID: "d2", Kind: lineage.DecideBlock, A: batch, By: "Bob"}
		if _, err := h.Decide(t.Context(), again); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "Ada has decided so already") {
			t.Errorf("%v", err)
		}
		h.decide(lineage.Decision{ID: "d3", Kind: lineage.DecideRelease, A: batch})
		h.decide(lineage.Decision{ID: "d4", Kind: lineage.DecideBlock, A: batch})
		h.shows(apart)
	})
}

func TestAPreviewTellsWhatWouldChangeAndChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer stop(t, h.Stitcher)
		h.glued()
		release := lineage.Decision{Tenant: "default", Kind: lineage.DecideRelease, A: batch}
		f, err := h.Preview(t.Context(), release, 2)
		if err != nil || f.Total != 3 || len(f.Changes) != 2 {
			t.Fatalf("%v: %+v", err, f)
		}
		h.shows(apart)
		// What has just come, and is not computed yet, is counted as well.
		h.said(event("e9", "order/9", time.Now(), "delivery/BATCH"))
		changes, cancel := h.Subscribe("default")
		defer cancel()
		if f, err = h.Preview(t.Context(), release, 100); err != nil || f.Total != 4 {
			t.Fatalf("%v: %+v", err, f)
		}
		if change := <-changes; !slices.ContainsFunc(change.Executions, func(r lineage.ExecutionRef) bool { return r.Anchor.ID == "9" }) {
			t.Errorf("who watches is told %v", change)
		}
		ledger, err := h.Decisions(t.Context(), "default")
		if err != nil || len(ledger) > 0 || h.calls > 0 {
			t.Errorf("%v: a preview has decided %+v", err, ledger)
		}
	})
}

func TestNothingIsDecidedFromHalfAState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, dir: t.TempDir(), store: newShelf(), cat: guarded(t)}
		h.store.setAway(true)
		h.open()
		defer stop(t, h.Stitcher)
		d := lineage.Decision{Tenant: "default", ID: "d1", Kind: lineage.DecideBlock, A: batch, By: "Ada"}
		if _, err := h.Decide(t.Context(), d); lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("decided: %v", err)
		}
		if _, err := h.Preview(t.Context(), d, 1); lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("a preview: %v", err)
		}
	})
}
