package storetest

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

// history is what happened to one clock, one transition a minute.
func history(sla string, n int) []slo.Transition {
	order := lineage.Object{Type: "order", ID: "SO-1"}
	all := make([]slo.Transition, n)
	for i := range all {
		now := at(time.Duration(i) * time.Minute)
		all[i] = slo.Transition{
			Seq: uint64(i + 1), ID: fmt.Sprint(sla, i), Kind: slo.Rescheduled, At: now, Due: now.Add(time.Hour), Recorded: now,
			Clock: slo.Clock{Tenant: "default", Key: slo.Key{SLA: sla, Subject: order}, Origin: order, State: slo.Running, DueAt: now.Add(time.Hour), Seq: i + 1},
		}
	}
	return all
}

func named(o lineage.Object) bool { return !o.IsZero() }

func transitionsComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, n uint64) {
		want := many(rt, transitions, "transitions")
		key := slo.Key{SLA: fmt.Sprint("sla", n), Subject: objects.Filter(named).Draw(rt, "origin")}
		before := &slo.Clock{Tenant: "default", Key: key, State: slo.Cancelled}
		for i := range want {
			want[i].Seq, want[i].ID = uint64(i+1), words.Draw(rt, "id")+fmt.Sprint(i)
			want[i].Clock.SLA, want[i].Clock.Origin, want[i].Clock.Before = key.SLA, key.Subject, before
		}
		draw(rt, f.SaveTransitions(t.Context(), rapid.Permutation(want).Draw(rt, "order")))
		for i := range want {
			want[i].Clock.Before = nil // it is not stored
		}
		got, err := f.Transitions(t.Context(), "default", key, 1000)
		draw(rt, err)
		equal(rt, "transitions", got, want)
		got, err = f.Transitions(t.Context(), "default", key, 1)
		draw(rt, err)
		equal(rt, "the first", got, want[:1])
	})
}

// clocksFollow compares every clock with the transition of it that has told most,
// of which every field comes back.
func clocksFollow(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, n uint64) {
		all := many(rt, transitions, "transitions")
		for i := range all {
			all[i].ID, all[i].Clock.Seq = fmt.Sprint(n, "-", i), i
			all[i].Clock.SLA, all[i].Clock.Origin = fmt.Sprint("sla", n), lineage.Object{Type: "order", ID: fmt.Sprint(i % 2)}
		}
		all = rapid.Permutation(all).Draw(rt, "order")
		cut := rapid.IntRange(0, len(all)).Draw(rt, "cut")
		draw(rt, f.SaveTransitions(t.Context(), all[cut:]))
		draw(rt, f.SaveTransitions(t.Context(), all[:cut]))
	})
	var clocks, want, equals uint64
	f.scan(t, `SELECT count(),
			countIf((c.subject_type, c.subject_system, c.subject_scope, c.subject_id, c.state, c.verdict, c.provisional, c.started_at, c.due_at, c.breached_at, c.ended_at, c.holds, c.seq)
			= (t.subject_type, t.subject_system, t.subject_scope, t.subject_id, t.state, t.clock_verdict, t.clock_provisional, t.started_at, t.due_at, t.breached_at, t.ended_at, t.holds, t.clock_seq)),
			(SELECT uniqExact(tenant, sla, origin_type, origin_system, origin_scope, origin_id, episode) FROM store.transitions)
		FROM store.clocks AS c FINAL
		INNER JOIN (SELECT * FROM store.transitions FINAL ORDER BY clock_seq DESC
			LIMIT 1 BY tenant, sla, origin_type, origin_system, origin_scope, origin_id, episode) AS t
		USING (tenant, sla, origin_type, origin_system, origin_scope, origin_id, episode)`, &clocks, &equals, &want)
	if want == 0 {
		t.Fatal("there is no clock")
	}
	equal(t, "clocks and those that are equal", [2]uint64{clocks, equals}, [2]uint64{want, want})
}

// mergedSubject tells what happened to a clock whose subject got another name, and
// to one that never started.
func mergedSubject(t *testing.T, f *Fixture) {
	all := history("posted", 3)
	all[2].Clock.Subject = lineage.Object{Type: "order", ID: "SO-2"}
	never := history("posted", 1)
	never[0].ID, never[0].Clock.Subject, never[0].Clock.Origin = "never", lineage.Object{Type: "order", ID: "SO-3"}, lineage.Object{}
	must(t, f.SaveTransitions(t.Context(), append(never, all...)))
	got, err := f.Transitions(t.Context(), "default", slo.Key{SLA: "posted", Subject: all[0].Clock.Origin}, 10)
	must(t, err)
	equal(t, "transitions", got, all)
	var clocks string
	f.scan(t, "SELECT arrayStringConcat(arraySort(groupArray(concat(origin_id, ' is ', subject_id))), ', ') FROM store.clocks FINAL", &clocks)
	equal(t, "clocks", clocks, "SO-1 is SO-2, SO-3 is SO-3")
}

func toldAgain(t *testing.T, f *Fixture) {
	ctx := t.Context()
	all := history("posted", 10)
	read := func() (state [4]uint64) {
		f.scan(t, "SELECT count(), sum(cityHash64(*)) FROM store.transitions FINAL", &state[0], &state[1])
		f.scan(t, "SELECT count(), sum(cityHash64(*)) FROM store.clocks FINAL", &state[2], &state[3])
		return state
	}
	must(t, f.SaveTransitions(ctx, all))
	before := read()
	equal(t, "transitions and clocks", [2]uint64{before[0], before[2]}, [2]uint64{10, 1})
	for name, again := range map[string][]slo.Transition{"all": all, "the first": all[:4], "the last": all[6:], "none": nil} {
		must(t, f.SaveTransitions(ctx, again))
		equal(t, "after "+name+" again", read(), before)
	}
	must(t, f.SaveTransitions(ctx, append(all[8:], history("paid", 3)...)))
	must(t, f.Conn.Exec(ctx, f.in("OPTIMIZE TABLE store.transitions FINAL")))
	must(t, f.Conn.Exec(ctx, f.in("OPTIMIZE TABLE store.clocks FINAL")))
	var rows, clocks uint64
	f.scan(t, "SELECT count() FROM store.transitions", &rows)
	f.scan(t, "SELECT count() FROM store.clocks", &clocks)
	equal(t, "rows once merged", [2]uint64{rows, clocks}, [2]uint64{13, 2})
}

// longAway stores more days at once than the engine takes parts of in one insert.
func longAway(t *testing.T, f *Fixture) {
	all := history("posted", 130)
	for i := range all {
		all[i].Recorded = day.AddDate(0, 0, i)
	}
	must(t, f.SaveTransitions(t.Context(), all))
	got, err := f.Transitions(t.Context(), "default", all[0].Clock.Key, 1000)
	must(t, err)
	equal(t, "transitions", got, all)
}

func judgedApart(t *testing.T, f *Fixture) {
	ctx := t.Context()
	mine, theirs := history("posted", 2), history("posted", 3)
	for i := range theirs {
		theirs[i].Clock.Tenant = "other"
	}
	must(t, f.SaveTransitions(ctx, append(theirs, mine...)))
	must(t, f.SaveIncidents(ctx, []slo.Incident{{ID: "i", Tenant: "other", Version: 1, Owner: "they"}}))
	for tenant, want := range map[string][]slo.Transition{"default": mine, "other": theirs} {
		got, err := f.Transitions(ctx, tenant, mine[0].Clock.Key, 1000)
		must(t, err)
		equal(t, "transitions of "+tenant, got, want)
	}
	got, err := f.Transitions(ctx, "default", slo.Key{SLA: "another"}, 1000)
	must(t, err)
	equal(t, "transitions of no clock", len(got), 0)
	for _, limit := range []int{0, -1, 1001} {
		_, err := f.Transitions(ctx, "default", mine[0].Clock.Key, limit)
		equal(t, fmt.Sprint("kind of limit ", limit), lineage.KindOf(err), lineage.Invalid)
	}
	_, err = f.Incident(ctx, "default", "i")
	equal(t, "kind of another's incident", lineage.KindOf(err), lineage.NotFound)
}
