package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
)

// Six readers side by side, by clickhouse-go and by plain HTTP, while inserts go
// on: every reader sees whole blocks only.
func TestReadersBesideAWriter(t *testing.T) {
	t.Parallel()
	const blocks, size = 30, 2000
	into := table(t, "block UInt32, row UInt32", "MergeTree ORDER BY (block, row)")
	ctx, done := context.WithCancel(t.Context())
	defer done()
	var crew sync.WaitGroup
	reads := make([]int, 6)
	for i := range 6 {
		crew.Go(func() {
			conn := dial(t)
			for ctx.Err() == nil || reads[i] == 0 {
				if i%2 == 1 {
					got := post(t, "SELECT countIf(rows != 2000) AS part FROM (SELECT block, count() AS rows FROM "+into+" GROUP BY block) FORMAT JSON")
					var answer struct{ Data []struct{ Part json.Number } }
					if err := json.Unmarshal([]byte(got.body), &answer); err != nil || len(answer.Data) != 1 || answer.Data[0].Part != "0" {
						t.Errorf("status %d: %s", got.status, got.body)
						return
					}
				} else {
					var part uint64
					err := conn.QueryRow(t.Context(), "SELECT countIf(rows != 2000) FROM (SELECT block, count() AS rows FROM "+into+" GROUP BY block)").Scan(&part)
					if err != nil || part != 0 {
						t.Errorf("%d blocks are there by part, %v", part, err)
						return
					}
				}
				reads[i]++
			}
		})
	}
	conn := dial(t)
	for block := range uint32(blocks) {
		batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+into)
		if err != nil {
			t.Fatal(err)
		}
		for row := range uint32(size) {
			if err := batch.Append(block, row); err != nil {
				t.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
	}
	done()
	crew.Wait()
	if n := count(t, into); n != blocks*size {
		t.Errorf("%d rows, want %d", n, blocks*size)
	}
	for i, n := range reads {
		if n == 0 {
			t.Errorf("reader %d never came through", i)
		}
	}
}

func TestALaneIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane("readers", 2, 10*time.Second)
		for range 2 {
			if err := l.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		begun := time.Now()
		err := l.enter(t.Context())
		if lineage.KindOf(err) != lineage.Exhausted || time.Since(begun) != 10*time.Second {
			t.Errorf("the third gets %v after %s", err, time.Since(begun))
		}
		if e := asException(err); e.status() != http.StatusServiceUnavailable || e.code != codeTooManyQueries {
			t.Errorf("status %d: %s", e.status(), e)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.enter(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("one whose client is gone gets %v", err)
		}
		go func() {
			<-time.After(time.Second)
			l.leave()
		}()
		if err := l.enter(t.Context()); err != nil {
			t.Errorf("a place that is free again is not given: %v", err)
		}
		l.leave()
		l.leave()
		l.drain()
	})
}

func TestTheFrontCounts(t *testing.T) {
	t.Parallel()
	if got := post(t, "SELECT * FROM this_is_not_there"); got.status != 404 {
		t.Fatal(got.status)
	}
	plainCall{method: http.MethodGet, path: "/", args: map[string][]string{"query": {"SELECT 1"}}, header: map[string]string{"X-ClickHouse-Key": "wrong"}}.do(t)
	families, err := sharedMetrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			for _, label := range metric.GetLabel() {
				name += fmt.Sprintf("{%s=%s}", label.GetName(), label.GetValue())
			}
			seen[name] = metric.GetCounter().GetValue()
		}
	}
	for _, name := range []string{
		"throughline_clickhouse_statements_total{way=whole}", "throughline_clickhouse_failures_total{code=60}", "throughline_clickhouse_unauthenticated_total",
	} {
		if seen[name] == 0 {
			t.Errorf("%s is not counted: %v", name, seen)
		}
	}
}
