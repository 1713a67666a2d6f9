package clickhouse_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"throughline/clickhouse"
	"throughline/lineage"
)

// beforeJudging is the last version of the tables that knew no deadlines.
const beforeJudging = 7

// The rows of that time, as the program of that time wrote them.
var oldRows = []string{
	`INSERT INTO business_events (day, writer, block, row, tenant, source, id, type, time, attempt, ref_types, ref_systems, ref_scopes, ref_ids, ref_roles)
	VALUES ('2026-11-20', 'w', 1, 0, 'default', 'erp', 'old', 'order.created', toDateTime64(1795000000, 9), 2, ['order'], ['erp'], [''], ['SO-1'], ['subject'])`,
	`INSERT INTO executions (tenant, flow, anchor_type, anchor_system, anchor_id, version, state, detail)
	VALUES ('default', 'f', 'order', 'erp', 'SO-1', 3, 'open', '{"Members":[{"Object":{"Type":"order","System":"erp","Scope":"","ID":"SO-1"},
		"Aliases":null,"Rank":1,"Leaf":false,"Placeholder":true}],"Edges":null,"Claims":null,"Stages":[{"Name":"booked","State":"done",
		"First":"2026-11-18T10:40:00Z","Last":"2026-11-18T10:40:00Z","Attempts":2,"Reason":"busy"}]}')`,
}

func TestADatabaseOfBeforeJudgingIsUpgradedInPlace(t *testing.T) {
	t.Parallel()
	s, ctx := fill(t, beforeJudging, oldRows), t.Context()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	block := small(2)
	if err := s.Append(ctx, block, false); err != nil {
		t.Fatal(err)
	}
	order := lineage.Object{Type: "order", System: "erp", ID: "SO-1"}
	old := lineage.Event{
		Tenant: "default", Source: "erp", ID: "old", Type: "order.created", Time: time.Unix(1795000000, 0).UTC(), Attempt: 2,
		Refs: []lineage.Ref{{Object: order, Role: lineage.Subject}},
	}
	var events []lineage.Event
	if err := s.EventsSince(ctx, "default", func(_ string, _ uint64, e *lineage.Event) error {
		events = append(events, *e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]lineage.Event{old, block.Events[0]}, events); diff != "" {
		t.Error("events (- wanted, + got):\n" + diff)
	}
	got, err := s.Execution(ctx, "default", lineage.ExecutionRef{Flow: "f", Anchor: order})
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 11, 18, 10, 40, 0, 0, time.UTC)
	want := &lineage.Execution{
		Tenant: "default", Flow: "f", Anchor: order, State: lineage.StateOpen,
		Members: []lineage.Member{{Object: order, Rank: 1, Placeholder: true}},
		Stages:  []lineage.Stage{{Name: "booked", State: lineage.StateDone, First: first, Last: first, Attempts: 2, Reason: "busy"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("execution (- wanted, + got):\n" + diff)
	}
}

// beforeAllocations is the last version of the tables whose relations told no amounts.
const beforeAllocations = 12

func TestEventsOfBeforeAllocationsTellNone(t *testing.T) {
	t.Parallel()
	s, ctx := fill(t, beforeAllocations, []string{
		`INSERT INTO business_events (day, writer, block, row, tenant, source, id, ref_types, ref_systems, ref_scopes, ref_ids, ref_roles,
			from_types, from_systems, from_scopes, from_ids, to_types, to_systems, to_scopes, to_ids, qualifiers)
		VALUES ('2026-11-20', 'w', 1, 0, 'default', 'erp', 'old', ['invoice', 'order'], ['', ''], ['', ''], ['I-1', 'SO-1'], ['subject', 'bills'],
			['invoice'], [''], [''], ['I-1'], ['order'], [''], [''], ['SO-2'], ['bills'])`,
	}), t.Context()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	invoice, one, two := lineage.Object{Type: "invoice", ID: "I-1"}, lineage.Object{Type: "order", ID: "SO-1"}, lineage.Object{Type: "order", ID: "SO-2"}
	old := lineage.Event{
		Tenant: "default", Source: "erp", ID: "old",
		Refs:      []lineage.Ref{{Object: invoice, Role: lineage.Subject}, {Object: one, Role: "bills"}},
		Relations: []lineage.Relation{{From: invoice, To: two, Qualifier: "bills"}},
	}
	now := old
	now.ID = "new"
	now.Refs = []lineage.Ref{old.Refs[0], {Object: one, Role: "bills", Amount: lineage.Money{Minor: 60000, Currency: "EUR"}}}
	now.Relations = []lineage.Relation{{From: invoice, To: two, Qualifier: "bills", Amount: lineage.Money{Minor: -1, Currency: "JPY"}}}
	if err := s.Append(ctx, &lineage.Block{Writer: "w", ID: 2, Day: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Events: []lineage.Event{now}}, false); err != nil {
		t.Fatal(err)
	}
	var events []lineage.Event
	if err := s.EventsSince(ctx, "default", func(_ string, _ uint64, e *lineage.Event) error {
		events = append(events, *e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]lineage.Event{old, now}, events); diff != "" {
		t.Error("events (- wanted, + got):\n" + diff)
	}
}

// fill makes a database of some version with rows in it, and returns a store on it
// that is not started. Both end with the test.
func fill(t *testing.T, version int64, statements []string) *clickhouse.Store {
	t.Helper()
	id := "t" + rand.Text()
	s, err := clickhouse.New(clickhouse.Config{DSN: dsn, Database: id, Views: id + "_otel_"}, clickhouse.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MigrateTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	options, err := driver.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	options.Auth.Database = id
	conn, err := driver.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, name := range []string{id + "_otel_default", id} {
			if err := conn.Exec(context.Background(), "DROP DATABASE {name:Identifier}", driver.Named("name", name)); err != nil {
				t.Error(err)
			}
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	var newest int64
	if err := conn.QueryRow(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&newest); err != nil || newest != version {
		t.Fatal("the database has version", newest, err)
	}
	for _, statement := range statements {
		if err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
