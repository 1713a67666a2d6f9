package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// outline is what a start is told of an execution.
type outline struct {
	Summary lineage.Summary
	Awaited []lineage.Awaited
}

// outlinesAreTold stores executions that await something and some that do not.
func outlinesAreTold(t *testing.T, f *Fixture) {
	ctx := t.Context()
	object := func(typ, id string) lineage.Object {
		return lineage.Object{Type: typ, System: "s\x00", Scope: "Ångström", ID: id}
	}
	named := func(n int, kind lineage.EventKind, when time.Duration, o lineage.Object) *lineage.Event {
		e := event(n)
		e.Kind, e.Time, e.Refs = kind, at(when), append(e.Refs, lineage.Ref{Object: o, Role: lineage.Mentions})
		return &e
	}
	invoice, payment, other := object("invoice", "I-1"), object("payment", "P\x00"), object("payment", "P-other")
	untold := named(4, lineage.BusinessEvent, 0, object("return", "R-1"))
	untold.Time = time.Time{}
	waiting := execution("sales", "waiting", time.Second, lineage.StateOpen, "booked")
	waiting.LastAt, waiting.EndedAt, waiting.Unanchored = at(2*time.Second), at(3*time.Nanosecond), true
	waiting.Members = []lineage.Member{
		{Object: waiting.Anchor}, {Object: invoice, Placeholder: true}, {Object: payment, Aliases: []lineage.Object{other}, Placeholder: true}, {Object: object("return", "R-1"), Placeholder: true},
	}
	waiting.Events = []*lineage.Event{named(3, lineage.SpanEvent, 2*time.Second, invoice), named(2, lineage.LogEvent, 1*time.Second, invoice), named(1, lineage.BusinessEvent, time.Nanosecond, other), untold}
	idle := execution("sales", "idle", 0, lineage.StateCompleted, "paid")
	idle.StartedAt = time.Time{}
	mended, worse := execution("sales", "mended", time.Second, lineage.StateOpen, ""), *waiting
	worse.Anchor = mended.Anchor
	gone, again := execution("sales", "gone", time.Second, lineage.StateOpen, ""), execution("sales", "again", time.Second, lineage.StateOpen, "")
	observed := execution(lineage.TransactionFlow, "c-1", time.Second, lineage.StateObserved, "")
	refs := []lineage.ExecutionRef{{Flow: "sales", Anchor: gone.Anchor}, {Flow: "sales", Anchor: again.Anchor}}
	must(t, f.SaveExecutions(ctx, "default", 7, []*lineage.Execution{mended}, nil))
	must(t, f.SaveExecutions(ctx, "default", 5, []*lineage.Execution{waiting, idle, &worse, gone, again, observed}, nil))
	must(t, f.SaveExecutions(ctx, "default", 6, nil, refs))
	must(t, f.SaveExecutions(ctx, "default", 7, []*lineage.Execution{again}, nil))
	must(t, f.SaveExecutions(ctx, "other", 9, []*lineage.Execution{execution("sales", "theirs", time.Second, lineage.StateOpen, "")}, nil))
	var want []outline
	var sights lineage.Sights
	for _, e := range []*lineage.Execution{waiting, idle, mended, again, observed} {
		want = append(want, outline{e.Summarise(), slices.Clone(sights.Of(e))})
	}
	awaited := want[0].Awaited
	equal(t, "awaited are", len(awaited), 3)
	equal(t, "the earliest that names one", awaited[0].By.Evidence, lineage.Evidence{Kind: lineage.LogEvent, Source: "erp", ID: "e2"})
	equal(t, "told by none", awaited[2].By, lineage.Cited{})
	var got []outline
	must(t, f.Outlines(ctx, "default", func(s *lineage.Summary, a []lineage.Awaited) error {
		got = append(got, outline{*s, slices.Clone(a)})
		return nil
	}))
	byName := func(a, b outline) int { return cmp.Compare(a.Summary.Anchor.ID, b.Summary.Anchor.ID) }
	slices.SortFunc(got, byName)
	slices.SortFunc(want, byName)
	for i := range got {
		if len(got[i].Awaited) == 0 {
			got[i].Awaited = nil
		}
	}
	equal(t, "outlines", got, want)
	stop := errors.New("enough")
	err := f.Outlines(ctx, "default", func(*lineage.Summary, []lineage.Awaited) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
}

// numbersComeBack asks for the numbers of all that was stored.
func numbersComeBack(t *testing.T, f *Fixture) {
	want := map[uint64]bool{}
	expect := func(all []lineage.Event) {
		for i := range all {
			want[all[i].EvidenceNumber()] = true
			for _, n := range all[i].EvidenceNames(nil) {
				want[n.Number] = true
			}
		}
	}
	counted := 0
	read := func() map[uint64]int {
		times := map[uint64]int{}
		counted = 0
		must(t, f.EvidenceNumbers(t.Context(), "default", func(numbers []uint64, events int) error {
			counted += events
			for _, n := range numbers {
				times[n]++
			}
			return nil
		}))
		return times
	}
	equal(t, "numbers of nothing", len(read()), 0)
	first := block("w", 0, 100)
	for i := range first.Events {
		first.Events[i].Correlation = "of all"
	}
	expect(first.Events)
	theirs := event(100)
	theirs.Tenant = "other"
	first.Events = append(first.Events, theirs)
	must(t, f.Append(t.Context(), first, false))
	for n, times := range read() {
		equal(t, "how often one of a block comes", times, 1)
		equal(t, "it is one", want[n], true)
	}
	equal(t, "events", counted, 100)
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day.AddDate(0, int(id)%3, 0), Events: many(rt, events, "events")}
		b.Events[0].Tenant = "other"
		draw(rt, f.Append(t.Context(), b, false))
		expect(b.Events[1:])
	})
	got := map[uint64]bool{}
	for n := range read() {
		got[n] = true
	}
	equal(t, "numbers", got, want)
	stop := errors.New("enough")
	err := f.EvidenceNumbers(t.Context(), "default", func([]uint64, int) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
}

// looseIsTold stores executions that an anchor reaches, and others.
func looseIsTold(t *testing.T, f *Fixture) {
	version := uint64(0)
	object := func(id string) lineage.Object {
		return lineage.Object{Type: "invoice", System: "s", Scope: "Ångström", ID: id}
	}
	of := func(id string, unanchored, truncated bool, members ...string) *lineage.Execution {
		e := execution("sales", id, time.Second, lineage.StateOpen, "")
		e.Unanchored, e.Truncated, e.Members = unanchored, truncated, nil
		for _, m := range members {
			e.Members = append(e.Members, lineage.Member{Object: object(m), Aliases: []lineage.Object{object("alias")}})
		}
		return e
	}
	save := func(what, tenant string, e *lineage.Execution, want ...string) {
		t.Helper()
		version++
		must(t, f.SaveExecutions(t.Context(), tenant, version, []*lineage.Execution{e}, nil))
		equal(t, what, f.loose(t), want)
	}
	save("one with an anchor", "default", of("a", false, true, "I-1"))
	save("one that has none", "default", of("b", true, false, "I-1", "I-2"), "b [invoice/s:Ångström|I-1 invoice/s:Ångström|I-2] false")
	save("of another tenant", "other", of("c", true, false, "I-3"), "b [invoice/s:Ångström|I-1 invoice/s:Ångström|I-2] false")
	save("with an anchor now", "default", of("b", false, false, "I-1"))
	save("with none again, and cut", "default", of("b", true, true, "I-4"), "b [invoice/s:Ångström|I-4] true")
	must(t, f.SaveExecutions(t.Context(), "default", version+1, nil, []lineage.ExecutionRef{{Flow: "sales", Anchor: of("b", true, false).Anchor}}))
	equal(t, "one that is gone", f.loose(t), nil)
}

func (f *Fixture) loose(t *testing.T) (found []string) {
	t.Helper()
	must(t, f.Loose(t.Context(), "default", func(ref lineage.ExecutionRef, members []lineage.Object, cut bool) error {
		found = append(found, fmt.Sprint(ref.Anchor.ID, " ", members, " ", cut))
		return nil
	}))
	return found
}
