package embedded

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// running counts the statements that carry a mark and are still under way.
func running(t *testing.T, mark string) uint64 {
	t.Helper()
	var n uint64
	err := dial(t).QueryRow(context.WithoutCancel(t.Context()),
		"SELECT count() FROM system.processes WHERE position(query, {mark:String}) > 0 AND position(query, 'system.processes') = 0",
		clickhouse.Named("mark", mark)).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A statement ends when its client goes, in whatever way it is run.
func TestStatementsEndWhenTheirClientGoes(t *testing.T) {
	t.Parallel()
	into := table(t, "a UInt64", "MergeTree ORDER BY a")
	for name, test := range map[string]struct{ query, mark string }{
		"a streamed read before its first block": {"SELECT max(sipHash64(number)) AS mark_quiet FROM numbers(1000000000000)", "mark_quiet"},
		"a streamed read with blocks on the way": {"SELECT number AS mark_loud FROM numbers(1000000000000)", "mark_loud"},
		"a whole result":                         {"SELECT max(sipHash64(number)) AS mark_whole FROM numbers(1000000000000) FORMAT JSON", "mark_whole"},
		"an insert from a query":                 {"INSERT INTO " + into + " SELECT number AS mark_insert FROM numbers(1000000000000) WHERE sipHash64(number) = 1", "mark_insert"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+shared.Addr()+"/?default_format=Native&query="+url.QueryEscape(test.query), nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-ClickHouse-Key", testToken)
			over := make(chan error, 1)
			go func() {
				response, err := http.DefaultClient.Do(request)
				if err == nil {
					// A client that does not read: what is sent piles up.
					<-ctx.Done()
					err = errors.Join(ctx.Err(), response.Body.Close())
				}
				over <- err
			}()
			eventually(t, "the statement runs", func() bool { return running(t, test.mark) == 1 })
			cancel()
			if err := <-over; !errors.Is(err, context.Canceled) {
				t.Errorf("the call ends with %v", err)
			}
			eventually(t, "the statement is over", func() bool { return running(t, test.mark) == 0 })
		})
	}
}

func TestClickHouseGoCancels(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := dial(t).QueryRow(ctx, "SELECT max(sipHash64(number)) AS mark_go FROM numbers(1000000000000)").Err()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the query ends with %v", err)
	}
	eventually(t, "the statement is over", func() bool { return running(t, "mark_go") == 0 })
}

func TestTheEnginesOwnTimeoutIsTyped(t *testing.T) {
	t.Parallel()
	ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_execution_time": "0.2"}))
	if err := dial(t).QueryRow(ctx, "SELECT max(sipHash64(number)) FROM numbers(1000000000000)").Err(); !is(err, 159) {
		t.Errorf("the query ends with %v, want code 159", err)
	}
}
