package storetest

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// check runs a property a few times: every run is some inserts with fsync.
func check(t *testing.T, property func(*rapid.T, uint64)) {
	t.Helper()
	var blocks atomic.Uint64
	deadline := time.Now().Add(3 * time.Second)
	rapid.Check(t, func(rt *rapid.T) {
		if time.Now().Before(deadline) {
			property(rt, blocks.Add(1))
		}
	})
}

func spansComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Spans: many(rt, spans, "spans")}
		trace := traceIDs.Draw(rt, "trace")
		for i := range b.Spans {
			b.Spans[i].TraceID = trace
		}
		draw(rt, f.Append(t.Context(), b, rapid.Bool().Draw(rt, "in doubt")))
		got, next, err := f.Spans(t.Context(), "default", []lineage.TraceID{trace}, 100, "")
		draw(rt, err)
		slices.SortStableFunc(b.Spans, func(x, y lineage.Span) int { return x.Start.Compare(y.Start) })
		equal(rt, "spans", got, b.Spans)
		equal(rt, "next", next, "")
	})
}

func logsComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Logs: many(rt, logs, "logs")}
		trace := traceIDs.Draw(rt, "trace")
		for i := range b.Logs {
			b.Logs[i].TraceID = trace
		}
		draw(rt, f.Append(t.Context(), b, false))
		got, next, err := f.Logs(t.Context(), "default", []lineage.TraceID{trace}, 100, "")
		draw(rt, err)
		slices.SortStableFunc(b.Logs, func(x, y lineage.Log) int { return x.Time.Compare(y.Time) })
		equal(rt, "logs", got, b.Logs)
		equal(rt, "next", next, "")
	})
}

func eventsComeBack(t *testing.T, f *Fixture) {
	var want []lineage.Event
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Events: many(rt, events, "events")}
		draw(rt, f.Append(t.Context(), b, false))
		want = append(want, b.Events...)
	})
	var got []lineage.Event
	must(t, f.EventsSince(t.Context(), "default", func(_ string, _ uint64, e *lineage.Event) error {
		got = append(got, *e)
		return nil
	}))
	equal(t, "number of events", len(got), len(want))
	for i := range want {
		equal(t, "event", got[i], want[i])
	}
}

func identifiersComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Identifiers: many(rt, identifiers, "identifiers")}
		key := b.Identifiers[0].Object.ID + rapid.StringMatching("[a-z]{16}").Draw(rt, "key")
		for i := range b.Identifiers {
			b.Identifiers[i].Object.ID = key
		}
		draw(rt, f.Append(t.Context(), b, false))
		got, next, err := f.Find(t.Context(), "default", key, 100, "")
		draw(rt, err)
		slices.SortStableFunc(b.Identifiers, func(x, y lineage.Identifier) int { return untold(y.Time).Compare(untold(x.Time)) })
		equal(rt, "identifiers", got, b.Identifiers)
		equal(rt, "next", next, "")
	})
}

// untold is where the store sorts a time that was not told: 1970.
func untold(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

func quarantineComesBack(t *testing.T, f *Fixture) {
	want := map[string]lineage.Quarantined{}
	check(t, func(rt *rapid.T, id uint64) {
		b := &lineage.Block{Writer: "w", ID: id, Day: day, Quarantine: many(rt, quarantined, "quarantined")}
		draw(rt, f.Append(t.Context(), b, false))
		for _, q := range b.Quarantine {
			if old, ok := want[q.ID]; !ok || untold(q.Ingested).After(untold(old.Ingested)) {
				want[q.ID] = q
			}
		}
	})
	for cursor, first := "", true; first || cursor != ""; first = false {
		var got []lineage.Quarantined
		var err error
		got, cursor, err = f.Quarantine(t.Context(), "default", 1000, cursor)
		must(t, err)
		for _, q := range got {
			equal(t, "quarantined", q, want[q.ID])
			delete(want, q.ID)
		}
	}
	equal(t, "left", len(want), 0)
}

func executionsComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, version uint64) {
		e := &lineage.Execution{
			Tenant: "default", Flow: words.Draw(rt, "flow"), Anchor: objects.Draw(rt, "anchor"), Unanchored: rapid.Bool().Draw(rt, "unanchored"),
			State: lineage.State(words.Draw(rt, "state")), Stage: words.Draw(rt, "stage"), Truncated: rapid.Bool().Draw(rt, "truncated"),
			Members:   []lineage.Member{{Object: objects.Draw(rt, "member"), Aliases: []lineage.Object{objects.Draw(rt, "alias")}, Rank: rapid.Int().Draw(rt, "rank"), Leaf: true, Amount: lineage.Money{Minor: rapid.Int64Min(1).Draw(rt, "minor"), Currency: "EUR"}}},
			Edges:     []lineage.Edge{{From: objects.Draw(rt, "from"), To: objects.Draw(rt, "to"), Qualifier: "bills", Evidence: []lineage.Evidence{{Kind: lineage.SpanEvent, Source: words.Draw(rt, "source"), ID: "1"}}, Allocations: []lineage.Allocation{{Amount: lineage.Money{Minor: -7, Currency: "EUR"}, By: lineage.Evidence{Source: "s", ID: "2"}, At: at(time.Second)}}}},
			Claims:    []lineage.Claim{{Claim: "correlation:" + words.Draw(rt, "claim"), State: lineage.Claimed}},
			Events:    []*lineage.Event{{Tenant: "default", Source: words.Draw(rt, "source"), ID: words.Draw(rt, "id")}},
			Stages:    []lineage.Stage{{Name: "order", Type: "order", State: lineage.StateDone, First: at(time.Nanosecond), Last: at(time.Second), Attempts: 2, Reason: words.Draw(rt, "reason"), DoneAt: at(3 * time.Nanosecond), Covered: lineage.Money{Minor: rapid.Int64Min(1).Draw(rt, "covered"), Currency: "EUR"}, Target: lineage.Money{Minor: 9, Currency: "EUR"}}},
			StartedAt: moments.Draw(rt, "started"), LastAt: moments.Draw(rt, "last"), EndedAt: moments.Draw(rt, "ended"),
		}
		e.Stages[0].Progress = []lineage.Progress{{Object: e.Anchor, DoneAt: at(time.Second)}}
		draw(rt, f.SaveExecutions(t.Context(), "default", version, []*lineage.Execution{e}, nil))
		e.Stages[0].Progress = nil // it is not stored
		got, err := f.Execution(t.Context(), "default", lineage.ExecutionRef{Flow: e.Flow, Anchor: e.Anchor})
		draw(rt, err)
		equal(rt, "execution", got, e)
	})
}

func draw(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
