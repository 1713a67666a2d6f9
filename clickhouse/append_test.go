package clickhouse_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/clickhouse"
	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// small is a block with a row for every table.
func small(id uint64) *lineage.Block {
	now := time.Date(2026, 11, 23, 9, 0, 0, 5, time.UTC)
	order := lineage.Object{Type: "order", System: "erp", ID: "SO-1"}
	return &lineage.Block{
		Writer: "w", ID: id, Day: now.Truncate(24 * time.Hour),
		Spans: []lineage.Span{{Tenant: "default", TraceID: lineage.TraceID{1}, SpanID: lineage.SpanID{2}, Service: "shop", Start: now, Duration: 3, Attributes: "{}", Ingested: now, Hash: 4}},
		Logs:  []lineage.Log{{Tenant: "default", TraceID: lineage.TraceID{1}, Time: now, Severity: 9, Flags: 1, Body: "paid", Ingested: now}},
		Events: []lineage.Event{{
			Tenant: "default", Source: "erp", ID: "1", Kind: lineage.SpanEvent, Time: now, Attempt: -3, Answer: 422, Amount: lineage.Money{Minor: -125000, Currency: "EUR"}, Refs: []lineage.Ref{{Object: order, Role: lineage.Subject}},
			Relations:  []lineage.Relation{{From: order, To: lineage.Object{Type: "invoice", ID: "I-1"}, Qualifier: "bills", Amount: lineage.Money{Minor: 60000, Currency: "EUR"}}},
			Equalities: []lineage.Equality{{A: order, B: lineage.Object{Type: "order", System: "crm", ID: "0"}, Priority: -1}},
		}},
		Identifiers: []lineage.Identifier{{Tenant: "default", Object: order, Kind: lineage.LogEvent, Time: now}},
		Quarantine:  []lineage.Quarantined{{Tenant: "default", ID: "q", Signal: lineage.Logs, Payload: []byte{0, 1}, Ingested: now}},
	}
}

func TestABatchStoresWhatTheFormatStores(t *testing.T) {
	t.Parallel()
	f := storetest.NewFixture(t, dsn)
	one, other := small(1), small(2)
	if err := f.Append(t.Context(), one, false); err != nil {
		t.Fatal(err)
	}
	f.ByBatch()
	if err := f.Append(t.Context(), other, true); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"spans", "traces", "logs", "business_events", "evidence", "identifiers", "quarantine"} {
		var rows, kinds uint64
		query := fmt.Sprintf("SELECT count(), uniqExact(t) FROM (SELECT tuple(* EXCEPT block) AS t FROM `%s`.%s)", f.Config.Database, table)
		if err := f.Conn.QueryRow(t.Context(), query).Scan(&rows, &kinds); err != nil {
			t.Fatal(table, err)
		}
		if kinds == 0 || rows != 2*kinds {
			t.Errorf("%s has %d rows of %d kinds, not 2 of each", table, rows, kinds)
		}
	}
}

// An insert that hangs in the engine has stored nothing yet, and may still: a
// block in doubt has to wait for it.
func TestABlockInDoubtWaitsForInsertsUnderWay(t *testing.T) {
	t.Parallel()
	f := storetest.NewFixture(t, dsn)
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	address.RawQuery = url.Values{"database": {f.Config.Database}, "query": {"INSERT INTO identifiers (day, writer, block, row) FORMAT CSV"}}.Encode()
	body, feed := io.Pipe()
	answered := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address.String(), body)
		if err != nil {
			answered <- err
			return
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			defer response.Body.Close()
			if response.StatusCode != http.StatusOK {
				err = fmt.Errorf("the insert is answered %s", response.Status)
			}
		}
		answered <- err
	}()
	if _, err := io.WriteString(feed, "2026-11-23,w,7,0\n"); err != nil {
		t.Fatal(err)
	}
	running := fmt.Sprintf("SELECT count() FROM system.processes WHERE query_kind = 'Insert' AND current_database = '%s'", f.Config.Database)
	for n := uint64(0); n == 0; {
		if err := f.Conn.QueryRow(t.Context(), running).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	block := &lineage.Block{Writer: "w", ID: 7, Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Identifiers: []lineage.Identifier{{Tenant: "default"}, {Tenant: "default"}}}
	appended := make(chan error, 1)
	go func() { appended <- f.Append(t.Context(), block, true) }()
	for range 20 { // the engine answers many questions meanwhile
		var n uint64
		if err := f.Conn.QueryRow(t.Context(), running).Scan(&n); err != nil || n == 0 {
			t.Fatal(n, err)
		}
		select {
		case err := <-appended:
			t.Fatal("the block was appended beside an insert that was still under way:", err)
		default:
		}
	}
	feed.Close()
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	if err := <-appended; err != nil {
		t.Fatal(err)
	}
	var rows, distinct uint64
	if err := f.Conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count(), uniqExact(row) FROM `%s`.identifiers", f.Config.Database)).Scan(&rows, &distinct); err != nil {
		t.Fatal(err)
	}
	if rows != 2 || distinct != 2 {
		t.Errorf("%d rows, %d of them distinct, not 2 and 2", rows, distinct)
	}
}

func TestMetricsCountWhatIsStored(t *testing.T) {
	t.Parallel()
	f := storetest.NewFixture(t, dsn)
	registry := prometheus.NewRegistry()
	s, err := clickhouse.New(f.Config, clickhouse.Deps{Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(t.Context()) }()
	for _, inDoubt := range []bool{false, true} {
		if err := s.Append(t.Context(), small(1), inDoubt); err != nil {
			t.Fatal(err)
		}
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			if m.GetCounter() != nil {
				got = append(got, fmt.Sprintf("%s %s %v", strings.TrimPrefix(family.GetName(), "throughline_store_"), strings.Join(labels, " "), m.GetCounter().GetValue()))
			}
		}
	}
	want := "blocks_in_doubt_total  1"
	for _, of := range []string{"inserts_total ok", "rows_found_total", "rows_total"} {
		name, label, _ := strings.Cut(of, " ")
		for _, table := range []string{"business_events", "evidence", "identifiers", "logs", "quarantine", "spans", "traces"} {
			n := 1
			if table == "evidence" { // of an event and four names
				if name == "rows_found_total" {
					continue
				}
				if n = 5; name == "inserts_total" {
					n = 1
				}
			}
			labels := table
			if label != "" {
				labels = label + " " + table
			}
			want += fmt.Sprintf("\n%s %s %d", name, labels, n)
		}
	}
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("metrics are\n%s\nwanted\n%s", text, want)
	}
}
