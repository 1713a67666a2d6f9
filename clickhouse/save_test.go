package clickhouse_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/clickhouse/storetest"
	"throughline/lineage"
	"throughline/slo"
)

// What is saved without a block goes through the native protocol's batches too.
func TestABatchStoresWhatIsJudgedAndMeasured(t *testing.T) {
	t.Parallel()
	f := storetest.NewFixture(t, dsn)
	f.ByBatch()
	now := time.Now().UTC().Truncate(time.Hour)
	key := slo.Key{SLA: "posted", Subject: lineage.Object{Type: "invoice", System: "erp", ID: "I-1"}}
	impact := slo.Impact{Flow: "order-to-cash", Anchor: lineage.Object{Type: "order", ID: "SO-1"}, Source: "finance", Amount: lineage.Money{Minor: 125000, Currency: "EUR"}}
	transition := slo.Transition{
		Seq: 1, ID: "t", Kind: slo.BreachKind, At: now, LateBy: time.Second, Provisional: true, Recorded: now.Add(1), Impact: impact,
		Clock: slo.Clock{Tenant: "default", Key: key, Origin: key.Subject, Episode: 1, State: slo.Running, Verdict: slo.Breached, DueAt: now, Holds: 2, Seq: 3},
	}
	incident := slo.Incident{
		ID: "i", Tenant: "default", Kind: slo.BreachIncident, Key: key, Impact: impact, State: slo.Firing, OpenedAt: now, Told: true, Waiting: 4, Version: 2,
		History: []slo.Entry{{At: now, Text: "the deadline passed"}, {At: now.Add(1), Text: "ann acknowledged it"}},
	}
	other := slo.Incident{ID: "other", Tenant: "default", Version: 1, History: []slo.Entry{{Text: "untold"}}}
	queue := lineage.Queue{Tenant: "default", System: "nats", Name: "erp", Consumer: "c", Depth: 5, InHand: -1, Redelivered: 2, Oldest: now, DeadLetter: true, At: now}
	for name, err := range map[string]error{
		"transitions": f.SaveTransitions(t.Context(), []slo.Transition{transition}),
		"incidents":   f.SaveIncidents(t.Context(), []slo.Incident{incident, other}),
		"queues":      f.SaveQueues(t.Context(), []lineage.Queue{queue}),
	} {
		if err != nil {
			t.Fatal(name, err)
		}
	}
	transitions, err := f.Transitions(t.Context(), "default", key, 10)
	if diff := cmp.Diff([]slo.Transition{transition}, transitions); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, want := range []slo.Incident{incident, other} {
		got, err := f.Incident(t.Context(), "default", want.ID)
		if diff := cmp.Diff(&want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	queues, err := f.QueueTrend(t.Context(), "default", now, time.Minute)
	if diff := cmp.Diff([]lineage.Queue{queue}, queues); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
