package storetest

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// granules is what EXPLAIN says a query reads of a table, and of how many.
func (f *Fixture) granules(t *testing.T, query string) (read, of int) {
	t.Helper()
	rows, err := f.Conn.Query(t.Context(), f.in("EXPLAIN indexes = 1 "+query))
	must(t, err)
	defer func() { _ = rows.Close() }()
	var text strings.Builder
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		text.WriteString(line + "\n")
	}
	must(t, rows.Err())
	all := regexp.MustCompile(`Granules: (\d+)/(\d+)`).FindAllStringSubmatch(text.String(), -1)
	if len(all) == 0 {
		t.Fatalf("no granules in:\n%s", text.String())
	}
	read, _ = strconv.Atoi(all[len(all)-1][1])
	of, _ = strconv.Atoi(all[0][2])
	return read, of
}

func fewGranules(t *testing.T, f *Fixture) {
	// Four hours of traffic, merged into one part.
	for i := range 4 {
		traffic := NewTraffic(uint64(i), at(time.Duration(i)*time.Hour))
		must(t, f.Append(t.Context(), traffic.Block("w", uint64(i), 30_000), false))
	}
	logs := block("w", 9, 30_000)
	logs.Spans, logs.Events, logs.Identifiers, logs.Quarantine = nil, nil, nil, nil
	must(t, f.Append(t.Context(), logs, false))
	must(t, f.Conn.Exec(t.Context(), f.in("OPTIMIZE TABLE store.spans FINAL")))
	must(t, f.Conn.Exec(t.Context(), f.in("OPTIMIZE TABLE store.traces FINAL")))
	lately := "toDateTime64('2026-11-23 03:00:01', 9, 'UTC')"
	var trace string
	f.scan(t, "SELECT TraceId FROM otel.otel_traces WHERE Timestamp >= "+lately+" LIMIT 1", &trace)
	for name, c := range map[string]struct {
		query string
		most  int
	}{
		"the last minutes":             {"SELECT * FROM otel.otel_traces WHERE Timestamp >= " + lately, 6},
		"a trace":                      {"SELECT * FROM otel.otel_traces WHERE TraceId = '" + trace + "'", 8},
		"a trace within bounds":        {"SELECT * FROM otel.otel_traces WHERE TraceId = '" + trace + "' AND Timestamp >= " + lately, 2},
		"when a trace was":             {"SELECT min(Start) FROM otel.otel_traces_trace_id_ts WHERE TraceId = '" + trace + "'", 1},
		"the logs of a trace":          {"SELECT * FROM store.logs WHERE tenant = 'default' AND if(empty(trace_id), '', lower(hex(trace_id))) IN ['" + logs.Logs[7].TraceID.String() + "']", 2},
		"the rows of a block in doubt": {"SELECT row FROM store.spans WHERE day = '2026-11-23' AND writer = 'w' AND block = 99", 0},
	} {
		read, of := f.granules(t, c.query)
		t.Logf("%s reads %d of %d granules", name, read, of)
		if read > c.most || (read == 0) != (c.most == 0) {
			t.Errorf("%s reads %d of %d granules, more than %d", name, read, of, c.most)
		}
	}
}
