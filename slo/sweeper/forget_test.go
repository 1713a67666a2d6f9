package sweeper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

func (w *twins) forget(o *order) {
	if o.closed && o.told {
		w.part.s.Forget(o.ref())
		o.told = false
	}
}

func (w *twins) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(w.t, label)
}

// change changes something about an order.
func (w *twins) change(o *order) {
	parcel := func() string { return w.pick("parcel", "p", "q", "r") }
	objects := []lineage.Object{o.ref().Anchor}
	for _, id := range slices.Sorted(maps.Keys(o.parcels)) {
		objects = append(objects, inWorld("parcel", id))
	}
	switch w.pick("change", "event", "event", "event", "event", "take back", "parcel", "no parcel", "names", "gone", "reason", "merge", "split") {
	case "event":
		at := w.now.Add(-time.Duration(rapid.IntRange(0, 100).Draw(w.t, "minutes ago")) * time.Minute)
		o.there = true
		o.events = append(o.events, &lineage.Event{
			Stage: w.pick("stage", "begun", "begun", "ended", "ended", "again"), Time: at, Outcome: lineage.OutcomeOK,
			Refs: []lineage.Ref{{Object: rapid.SampledFrom(objects).Draw(w.t, "object"), Role: lineage.Subject}},
		})
	case "take back":
		if n := len(o.events); n > 0 {
			at := rapid.IntRange(0, n-1).Draw(w.t, "event")
			o.events = slices.Delete(o.events, at, at+1)
		}
	case "parcel":
		if id := parcel(); o.parcels[id] == nil {
			o.parcels[id] = []string{}
		}
	case "no parcel":
		delete(o.parcels, parcel())
	case "names":
		if id := parcel(); o.parcels[id] != nil {
			o.parcels[id] = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p", "q", "r"}), 0, 2, rapid.ID[string]).Draw(w.t, "names")
			o.parcels[id] = slices.DeleteFunc(o.parcels[id], func(name string) bool { return name == id })
		}
	case "gone":
		o.there = false
	case "reason":
		o.reason = w.pick("reason", "", "no stock", "no address")
	case "merge":
		if other := w.world[w.pick("other", "1", "2", "3", "4")]; other != o {
			o.there, other.there = true, false
			o.aliases = slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.aliases, other.aliases, []string{other.id}))))
			o.aliases = slices.DeleteFunc(o.aliases, func(id string) bool { return id == o.id })
			o.events, other.aliases = append(o.events, other.events...), nil
			w.tell(other)
		}
	case "split":
		for _, id := range o.aliases {
			w.world[id].there = true
			w.tell(w.world[id])
		}
		o.aliases = nil
	}
}

// deed is one thing that happens.
func (w *twins) deed() {
	o := w.world[w.pick("order", "1", "2", "3", "4")]
	switch w.pick("deed", "change", "change", "change", "change", "forget", "forget", "forget all", "close", "restart", "catalogue", "same catalogue", "time") {
	case "change":
		w.change(o)
		w.tell(o)
	case "forget":
		w.forget(o)
	case "forget all":
		for _, o := range w.world {
			o.closed = true
			w.forget(o)
		}
	case "close":
		o.closed = rapid.Bool().Draw(w.t, "closed")
		w.tell(o)
	case "restart":
		w.restart()
		return
	case "catalogue":
		w.slas[0].Target += lineage.Duration(10 * time.Minute)
		w.anew()
	case "same catalogue":
		w.anew()
	case "time":
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(w.t, "minutes")) * time.Minute)
	}
	if rapid.IntRange(0, 3).Draw(w.t, "more comes with it") > 0 {
		w.through()
		before := len(w.part.s.held)
		w.pass(20 * time.Second)
		w.leaves += max(0, before-len(w.part.s.held))
	}
}

// same holds that both have told the same, and have the same clocks.
func (w *twins) same() {
	var told [2][]slo.Transition
	var clocks [2][]slo.Reading
	objects := append(named("order", []string{"1", "2", "3", "4"}), named("parcel", []string{"p", "q", "r"})...)
	for i, x := range []*twin{w.all, w.part} {
		var err, failed error
		told[i], err = x.s.ledger.read(0, 1_000_000)
		clocks[i], failed = x.s.ClocksOf(context.Background(), "default", objects)
		if err := errors.Join(err, failed); err != nil {
			w.t.Fatal(err)
		}
		slices.SortFunc(told[i], func(a, b slo.Transition) int { return strings.Compare(a.ID, b.ID) })
	}
	opts := cmp.Options{
		cmpopts.IgnoreFields(slo.Transition{}, "Seq", "Recorded", "LateBy"), cmpopts.IgnoreFields(slo.Clock{}, "BreachedAt"),
		cmpopts.IgnoreFields(slo.Reading{}, "SLA"),
	}
	if diff := cmp.Diff(told[0], told[1], opts); diff != "" {
		w.t.Fatalf("the one that never forgets has told -, the other +:\n%s", diff)
	}
	if diff := cmp.Diff(clocks[0], clocks[1], opts); diff != "" {
		w.t.Fatalf("the clocks of the one that never forgets are -, the other's +:\n%s", diff)
	}
}

func TestASweeperThatForgetsTellsTheSame(t *testing.T) {
	t.Parallel()
	forgets(t, false)
}

func TestASweeperThatForgetsTellsTheSameWhenItsCommitsFail(t *testing.T) {
	t.Parallel()
	forgets(t, true)
}

func forgets(t *testing.T, fails bool) {
	leaves := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newTwins(t)
		w.fails = fails
		for range rapid.IntRange(1, 60).Draw(t, "deeds") {
			w.deed()
		}
		w.through()
		w.pass(3 * time.Hour)
		w.same()
		f, _ := w.all.s.Figures(context.Background(), "default")
		g, _ := w.part.s.Figures(context.Background(), "default")
		if diff := cmp.Diff(fmt.Sprint(f), fmt.Sprint(g)); diff != "" {
			t.Fatalf("the figures: %s", diff)
		}
		leaves += w.leaves
		for _, x := range []*twin{w.all, w.part} {
			_ = x.s.ledger.close()
		}
	})
	if leaves == 0 {
		t.Error("nothing has ever left memory")
	}
}
