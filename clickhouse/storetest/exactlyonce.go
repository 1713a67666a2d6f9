package storetest

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// evidence are the tables of which every row belongs to a block.
var evidence = []string{"spans", "traces", "logs", "business_events", "identifiers", "quarantine"}

// once fails unless every table has n rows, each once.
func (f *Fixture) once(t *testing.T, n int) {
	t.Helper()
	for _, table := range evidence {
		var rows, distinct uint64
		f.scan(t, "SELECT count(), uniqExact(writer, block, row) FROM store."+table, &rows, &distinct)
		equal(t, "rows of "+table, int(rows), n)
		equal(t, "distinct rows of "+table, int(distinct), n)
	}
}

// parts of a block, as a crash between two inserts leaves them.
var parts = map[string]func(*lineage.Block){
	"quarantine alone": func(b *lineage.Block) { b.Spans, b.Logs, b.Events, b.Identifiers = nil, nil, nil, nil },
	"spans and logs":   func(b *lineage.Block) { b.Quarantine, b.Events, b.Identifiers = nil, nil, nil },
	"all but events":   func(b *lineage.Block) { b.Events = nil },
	"events alone":     func(b *lineage.Block) { b.Spans, b.Logs, b.Quarantine, b.Identifiers = nil, nil, nil, nil },
	"some rows of some tables": func(b *lineage.Block) {
		b.Spans, b.Logs, b.Events, b.Identifiers = nil, b.Logs[:3], b.Events[:7], b.Identifiers[:1]
	},
	"the whole of it": func(*lineage.Block) {},
}

func doubtIsCompleted(t *testing.T, f *Fixture) {
	id, n := uint64(0), 0
	for name, cut := range parts {
		id, n = id+1, n+10
		part := *block("w", id, 10)
		cut(&part)
		must(t, f.Append(t.Context(), &part, false))
		must(t, f.Append(t.Context(), block("w", id, 10), true))
		t.Log(name)
		f.once(t, n)
	}
}

func doubtOfNothing(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), block("w", 1, 10), true))
	f.once(t, 10)
}

func doubtAgain(t *testing.T, f *Fixture) {
	for i := range 4 {
		must(t, f.Append(t.Context(), block("w", 1, 10), i > 0))
		// Other blocks in between, and merges, change nothing.
		must(t, f.Append(t.Context(), block("w", uint64(10+i), 1), false))
		must(t, f.Conn.Exec(t.Context(), f.in("OPTIMIZE TABLE store.spans FINAL")))
	}
	f.once(t, 14)
}

func doubtOfLarge(t *testing.T, f *Fixture) {
	const n = 230_000 // three inserts
	large := &lineage.Block{Writer: "w", ID: 1, Day: day}
	for i := range n {
		large.Identifiers = append(large.Identifiers, lineage.Identifier{Tenant: "default", Object: lineage.Object{Type: "order", ID: strconv.Itoa(i * 7919 % n)}, Time: at(0)})
	}
	part := *large
	part.Identifiers = large.Identifiers[:123_456]
	must(t, f.Append(t.Context(), &part, false))
	must(t, f.Append(t.Context(), large, true))
	var rows, distinct, right uint64
	f.scan(t, "SELECT count(), uniqExact(row), countIf(toUInt64(id) = row * 7919 % 230000) FROM store.identifiers", &rows, &distinct, &right)
	equal(t, "rows, distinct rows, right rows", [3]uint64{rows, distinct, right}, [3]uint64{n, n, n})
}

func twoWriters(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), block("a", 1, 10), false))
	must(t, f.Append(t.Context(), block("b", 1, 10), true))
	f.once(t, 20)
}

func sideBySide(t *testing.T, f *Fixture) {
	var wait sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		wait.Go(func() {
			b := block("w", uint64(i), 50)
			failed[i] = errors.Join(f.Append(t.Context(), b, false), f.Append(t.Context(), b, true))
		})
	}
	wait.Wait()
	must(t, errors.Join(failed...))
	f.once(t, 400)
}

func tenantsAreApart(t *testing.T, f *Fixture) {
	b := block("w", 1, 10)
	for i := range 5 {
		b.Spans[i].Tenant, b.Logs[i].Tenant, b.Events[i].Tenant = "other", "other", "other"
		b.Identifiers[i].Tenant, b.Quarantine[i].Tenant = "other", "other"
	}
	must(t, f.Append(t.Context(), b, false))
	var traces []lineage.TraceID
	for _, s := range b.Spans {
		traces = append(traces, s.TraceID)
	}
	for _, tenant := range []string{"default", "other"} {
		ctx := t.Context()
		spans, _, err := f.Spans(ctx, tenant, traces, 100, "")
		must(t, err)
		logs, _, err := f.Logs(ctx, tenant, traces, 100, "")
		must(t, err)
		found, _, err := f.Find(ctx, tenant, "SO", 100, "")
		must(t, err)
		bad, _, err := f.Quarantine(ctx, tenant, 100, "")
		must(t, err)
		summaries, err := f.TraceSummaries(ctx, tenant, traces)
		must(t, err)
		events := 0
		must(t, f.EventsSince(ctx, tenant, func(_ string, _ uint64, e *lineage.Event) error {
			equal(t, "tenant", e.Tenant, tenant)
			events++
			return nil
		}))
		equal(t, "what "+tenant+" sees", [6]int{len(spans), len(logs), len(found), len(bad), len(summaries), events}, [6]int{5, 5, 5, 5, 5, 5})
		ref := lineage.Execution{Flow: "f", Anchor: lineage.Object{Type: "order", ID: tenant}, StartedAt: at(time.Second)}
		must(t, f.SaveExecutions(ctx, tenant, 1, []*lineage.Execution{&ref}, nil))
	}
	page, err := f.Executions(t.Context(), lineage.ListQuery{Tenant: "other", Limit: 10})
	must(t, err)
	equal(t, "executions of other", len(page.Executions), 1)
	equal(t, "its anchor", page.Executions[0].Anchor.ID, "other")
}

func countsAreTold(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), block("a", 1, 3), false))
	must(t, f.Append(t.Context(), block("b", 1, 4), false))
	counts, err := f.Counts(t.Context())
	must(t, err)
	each := map[string]uint64{"a": 3, "b": 4}
	equal(t, "counts", counts, map[string]map[string]uint64{
		"spans": each, "logs": each, "business_events": each, "identifiers": each, "quarantine": each,
	})
}

func restart(t *testing.T, f *Fixture) {
	must(t, f.Append(t.Context(), block("w", 1, 10), false))
	must(t, f.Stop(t.Context()))
	must(t, f.Stop(t.Context()))
	equal(t, "kind of an error while stopped", lineage.KindOf(f.Append(t.Context(), block("w", 2, 1), false)), lineage.Unavailable)
	must(t, f.Start(t.Context()))
	must(t, f.Start(t.Context()))
	must(t, f.Ping(t.Context()))
	must(t, f.Append(t.Context(), block("w", 1, 10), true))
	f.once(t, 10)
	again := f.open(t)
	events := 0
	must(t, again.EventsSince(t.Context(), "default", func(string, uint64, *lineage.Event) error { events++; return nil }))
	equal(t, "events after the restart", events, 10)
}

func migrateAgain(t *testing.T, f *Fixture) {
	shape := func() (text string) {
		f.scan(t, "SELECT arrayStringConcat(arraySort(groupArray(create_table_query)), '\\n') FROM system.tables WHERE database = '"+f.Config.Database+"'", &text)
		return text
	}
	before := shape()
	must(t, f.Append(t.Context(), block("w", 1, 10), false))
	must(t, f.Migrate(t.Context()))
	// Cut off after its work and before its note: done again, with the same outcome.
	must(t, f.Conn.Exec(t.Context(), f.in("ALTER TABLE store.goose_db_version DELETE WHERE version_id > 3 SETTINGS mutations_sync = 2")))
	must(t, f.Migrate(t.Context()))
	equal(t, "the schema", shape(), before)
	f.once(t, 10)
}

func notDurable(t *testing.T, f *Fixture) {
	must(t, f.Stop(t.Context()))
	must(t, f.Conn.Exec(t.Context(), f.in("ALTER TABLE store.logs MODIFY SETTING fsync_after_insert = 0")))
	startFails(t, f, "logs lacks \"fsync_after_insert = 1\"")
}

func notMigrated(t *testing.T, f *Fixture) {
	must(t, f.Stop(t.Context()))
	must(t, f.Conn.Exec(t.Context(), "DROP TABLE {db:Identifier}.spans", driver.Named("db", f.Config.Database)))
	startFails(t, f, "spans is missing")
}
