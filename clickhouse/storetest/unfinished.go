package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// unfinishedComesOut stores events of executions in every state, of which some came
// twice and one is mapped anew, and reads those that a start needs.
func unfinishedComesOut(t *testing.T, f *Fixture) {
	ctx := t.Context()
	var all []lineage.Event
	for i := range 9 {
		all = append(all, event(i))
	}
	must(t, f.Append(ctx, &lineage.Block{Writer: "w", ID: 1, Day: day, Events: all}, false))
	again := event(2)
	again.Hash = 99
	must(t, f.Append(ctx, &lineage.Block{Writer: "a", ID: 7, Day: day.AddDate(0, 0, 1), Events: []lineage.Event{again}}, false))
	anew := event(1)
	anew.Stage = "mapped anew"
	must(t, f.SaveRemapped(ctx, []lineage.Stored{{Place: lineage.Place{Writer: "w", Block: 1, Row: 1}, Event: &anew, Generation: 3, Refused: true}}))
	of := func(flow, id string, state lineage.State, unanchored bool, events ...int) *lineage.Execution {
		e := execution(flow, id, time.Second, state, "")
		e.Unanchored = unanchored
		for _, n := range events {
			own := event(n)
			e.Events = append(e.Events, &own)
			e.Members = append(e.Members, lineage.Member{Object: own.Refs[0].Object})
		}
		return e
	}
	gone := of("sales", "gone", lineage.StateOpen, false, 6)
	must(t, f.SaveExecutions(ctx, "default", 5, []*lineage.Execution{
		of("sales", "open", lineage.StateOpen, false, 1, 2), of("sales", "done", lineage.StateCompleted, false, 3), of("sales", "loose", lineage.StateCompleted, true, 4),
		gone, of("sales", "mended", lineage.StateFailed, false, 7),
	}, nil))
	must(t, f.SaveExecutions(ctx, "default", 8, []*lineage.Execution{of("sales", "late", lineage.StateCompleted, false, 5, 2)}, []lineage.ExecutionRef{{Flow: "sales", Anchor: gone.Anchor}}))
	must(t, f.SaveExecutions(ctx, "default", 6, []*lineage.Execution{of("sales", "mended", lineage.StateCompleted, false, 7)}, nil))
	read := func(tenant string, since uint64) (events, members []string) {
		t.Helper()
		finished := []lineage.State{lineage.StateCompleted, lineage.StateFailed}
		must(t, f.Unfinished(ctx, tenant, finished, since, func(s *lineage.Stored) error {
			events = append(events, fmt.Sprint(s.Writer, s.Row, s.Event.ID, s.Event.Stage, s.Generation, s.Refused, s.Event.Payload))
			return nil
		}))
		must(t, f.UnfinishedMembers(ctx, tenant, finished, since, func(o lineage.Object) error {
			members = append(members, o.ID)
			return nil
		}))
		slices.Sort(members)
		return events, members
	}
	events, members := read("default", 100)
	equal(t, "of open and loose ones", events, []string{"a0e20 false", "w1e1mapped anew3 true", "w2e20 false", "w4e40 false"})
	equal(t, "their members", members, []string{"SO-1", "SO-2", "SO-4"})
	events, members = read("default", 8)
	equal(t, "and of late ones", events, []string{"a0e20 false", "w1e1mapped anew3 true", "w2e20 false", "w4e40 false", "w5e50 false"})
	equal(t, "their members", members, []string{"SO-1", "SO-2", "SO-2", "SO-4", "SO-5"})
	events, members = read("other", 0)
	equal(t, "of another tenant", len(events)+len(members), 0)
	stop := errors.New("enough")
	err := f.Unfinished(ctx, "default", nil, 0, func(*lineage.Stored) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
}

// numbersComeBack asks for the numbers of all that was stored.
func numbersComeBack(t *testing.T, f *Fixture) {
	want := map[uint64]bool{}
	types := []string{"order", "Ångström", `"quoted"`}
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Events: many(rt, events, "events")}
		b.Events[0].Tenant = "other"
		draw(rt, f.Append(t.Context(), b, false))
		for i := 1; i < len(b.Events); i++ {
			want[b.Events[i].EvidenceNumber()] = true
			for _, n := range b.Events[i].EvidenceNames(nil) {
				if n.Type == "" || slices.Contains(types, n.Type) {
					want[n.Number] = true
				}
			}
		}
	})
	got := map[uint64]bool{}
	must(t, f.EvidenceNumbers(t.Context(), "default", types, func(numbers []uint64) error {
		for _, n := range numbers {
			got[n] = true
		}
		return nil
	}))
	equal(t, "numbers", got, want)
	stop := errors.New("enough")
	err := f.EvidenceNumbers(t.Context(), "default", types, func([]uint64) error { return stop })
	equal(t, "the reader's error comes back", errors.Is(err, stop), true)
}
