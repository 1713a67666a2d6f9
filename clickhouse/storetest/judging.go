package storetest

import (
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/slo"
)

var amounts = rapid.Custom(func(t *rapid.T) lineage.Money {
	return lineage.Money{Minor: rapid.Int64().Draw(t, "minor"), Currency: words.Draw(t, "currency")}
})

var lateness = rapid.Custom(func(t *rapid.T) time.Duration { return time.Duration(rapid.Int64().Draw(t, "late by")) })

var few = rapid.IntRange(0, 3)

var impacts = rapid.Custom(func(t *rapid.T) slo.Impact {
	w := func(name string) string { return words.Draw(t, name) }
	return slo.Impact{
		Flow: w("flow"), Anchor: objects.Draw(t, "anchor"), Title: w("title"), Severity: lineage.Severity(w("severity")),
		Runbook: w("runbook"), Source: w("source"), Stage: w("stage"), State: lineage.State(w("state")), Reason: w("reason"),
		Amount: amounts.Draw(t, "amount"),
	}
})

var clocks = rapid.Custom(func(t *rapid.T) slo.Clock {
	w := func(name string) string { return words.Draw(t, name) }
	return slo.Clock{
		Tenant: "default", Key: slo.Key{SLA: w("sla"), Subject: objects.Draw(t, "subject")}, Episode: few.Draw(t, "episode"),
		Origin: objects.Draw(t, "origin"), State: slo.State(w("state")), Verdict: slo.Verdict(w("verdict")), Provisional: rapid.Bool().Draw(t, "provisional"),
		StartedAt: moments.Draw(t, "started"), DueAt: moments.Draw(t, "due"), BreachedAt: moments.Draw(t, "breached"),
		EndedAt: moments.Draw(t, "ended"), Holds: few.Draw(t, "holds"), Seq: rapid.IntRange(0, 1<<40).Draw(t, "seq"),
	}
})

// transitions are noted on any of three days. Their ids are the test's to give.
var transitions = rapid.Custom(func(t *rapid.T) slo.Transition {
	w := func(name string) string { return words.Draw(t, name) }
	return slo.Transition{
		Kind: slo.Kind(w("kind")), At: moments.Draw(t, "at"), Due: moments.Draw(t, "due"), LateBy: lateness.Draw(t, "late"),
		Verdict: slo.Verdict(w("verdict")), Provisional: rapid.Bool().Draw(t, "provisional"),
		Recorded: at(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)-1).Draw(t, "recorded"))),
		Clock:    clocks.Draw(t, "clock"), Impact: impacts.Draw(t, "impact"),
	}
})

var incidents = rapid.Custom(func(t *rapid.T) slo.Incident {
	w := func(name string) string { return words.Draw(t, name) }
	i := slo.Incident{
		ID: w("id"), Tenant: "default", Kind: slo.IncidentKind(w("kind")), Key: slo.Key{SLA: w("sla"), Subject: objects.Draw(t, "subject")},
		Episode: few.Draw(t, "episode"), Source: w("source"), Impact: impacts.Draw(t, "impact"), State: slo.IncidentState(w("state")),
		StartedAt: moments.Draw(t, "started"), DueAt: moments.Draw(t, "due"), OpenedAt: moments.Draw(t, "opened"),
		LateBy: lateness.Draw(t, "late"), ResolvedAt: moments.Draw(t, "resolved"), Resolution: slo.Resolution(w("resolution")),
		Told: rapid.Bool().Draw(t, "told"), Waiting: few.Draw(t, "waiting"), AcknowledgedAt: moments.Draw(t, "acknowledged"),
		Owner: w("owner"), Comment: w("comment"),
	}
	for range few.Draw(t, "history") {
		i.History = append(i.History, slo.Entry{At: moments.Draw(t, "at"), Text: w("text")})
	}
	return i
})

var queues = rapid.Custom(func(t *rapid.T) lineage.Queue {
	return lineage.Queue{
		Tenant: "default", System: words.Draw(t, "system"), Name: words.Draw(t, "name"), Consumer: words.Draw(t, "consumer"),
		Depth: rapid.Int64().Draw(t, "depth"), InHand: rapid.Int64().Draw(t, "in hand"), Redelivered: rapid.Int64().Draw(t, "redelivered"),
		Oldest: moments.Draw(t, "oldest"), DeadLetter: rapid.Bool().Draw(t, "dead letter"),
	}
})
