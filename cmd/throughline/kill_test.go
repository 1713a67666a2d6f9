package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// request is something that a sender repeats until it is acknowledged.
type request struct {
	path, media string
	body        []byte
}

var dawn = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// steps are what happens to an order.
var steps = []string{
	`"subject":"order/%s","data":{"objects":{"quote":["Q-%[1]s"]}}`,
	`"subject":"quote/Q-%s"`,
	`"subject":"delivery/D-%s","data":{"objects":{"order":["%[1]s"]}}`,
	`"subject":"invoice/I-%s","data":{"relations":[{"from":"invoice/I-%[1]s","to":"delivery/D-%[1]s","qualifier":"bills"}]}`,
	`"subject":"payment/P-%s","data":{"objects":{"invoice":["I-%[1]s"]}}`,
}

func stepOf(order, at int, step string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"%d-%d","source":"/shop","type":"shop.step","time":%q,%s}`,
		order, at, dawn.Add(time.Duration(order*10+at)*time.Second).Format(time.RFC3339), fmt.Sprintf(step, fmt.Sprintf("SO-%d", order)))
}

// business is what happens to n orders: five events each, and a span about it.
func business(t *testing.T, n int) []request {
	t.Helper()
	var all []request
	for i := range n {
		for j, step := range steps {
			all = append(all, request{"/v1/events", "application/cloudevents+json", []byte(stepOf(i, j, step))})
		}
		all = append(all, request{"/v1/traces", "application/x-protobuf", spanAbout(t, i, fmt.Sprintf("SO-%d", i))})
	}
	return all
}

func spanAbout(t *testing.T, i int, order string) []byte {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID(pcommon.TraceID{1, byte(i), byte(i >> 8)})
	s.SetSpanID(pcommon.SpanID{2, byte(i), byte(i >> 8)})
	s.SetName("book order")
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(dawn.Add(time.Duration(i) * time.Second)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(dawn.Add(time.Duration(i+1) * time.Second)))
	s.Attributes().PutStr("order.id", order)
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// sender repeats requests until each is acknowledged, wherever the house is.
type sender struct {
	address atomic.Pointer[string]
	acked   atomic.Int64
	repeats atomic.Int64
	client  http.Client
}

func (s *sender) send(ctx context.Context, requests []request) error {
	work := make(chan request)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for r := range work {
				for !s.try(ctx, r) && ctx.Err() == nil {
					s.repeats.Add(1)
					<-time.After(5 * time.Millisecond) // a sender that hammers would slow the restart down
				}
				s.acked.Add(1)
			}
		})
	}
	for _, r := range requests {
		select {
		case work <- r:
		case <-ctx.Done():
		}
	}
	close(work)
	group.Wait()
	return ctx.Err()
}

func (s *sender) try(ctx context.Context, r request) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+*s.address.Load()+r.path, bytes.NewReader(r.body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", r.media)
	response, err := s.client.Do(req)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode/100 == 2
}

// query asks the embedded engine itself.
func query(t testing.TB, c *child, sql string) string {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(c.dir, tokenFile))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{"user": {"default"}, "password": {strings.TrimSpace(string(token))}}
	response, err := http.Post("http://"+c.addr.ClickHouse+"/?"+values.Encode(), "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", sql, response.Status, body, err)
	}
	return strings.TrimSpace(string(body))
}

// lineages is every order's lineage as the API tells it.
func lineages(c *child, orders int) ([]string, error) {
	var all []string
	for i := range orders {
		response, err := http.Get("http://" + c.addr.HTTP + "/api/v1/lineage/order/SO-" + strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s %s %v", response.Status, body, err)
		}
		all = append(all, string(body))
	}
	return all, nil
}

// kept is the table of executions as it counts: their last versions, without what
// depends on when they were written.
func kept(t *testing.T, c *child) string {
	t.Helper()
	return query(t, c, `SELECT flow, anchor_type, anchor_id, unanchored, state, stage, objects, events, detail, event_ids
		FROM throughline.executions FINAL ORDER BY ALL`)
}

// kills is how often a house is killed: twenty times, and fewer while the race detector
// watches.
func kills() int {
	if raced {
		return 8
	}
	return 20
}

func TestTwentyKillsUnderLoadLoseNothingAndDoubleNothing(t *testing.T) {
	const orders = 400
	kills := kills()
	requests := business(t, orders)

	calm := startChild(t, filepath.Join(t.TempDir(), "calm"))
	var s sender
	s.address.Store(&calm.addr.OTLPHTTP)
	if err := s.send(t.Context(), requests); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() error { return closes(calm.addr.HTTP) })
	var want []string
	eventually(t, time.Minute, func() (err error) {
		want, err = lineages(calm, orders)
		for i, page := range want {
			if !strings.Contains(page, `"verdict":"met"`) {
				return fmt.Errorf("the deadline of order SO-%d is not judged yet", i)
			}
		}
		return err
	})
	eventually(t, time.Minute, func() error {
		whole := query(t, calm, "SELECT countIf(objects = 5 AND events = 6), count() FROM throughline.executions FINAL WHERE flow = 'quote-to-cash'")
		if whole != fmt.Sprintf("%d\t%d", orders, orders) {
			return fmt.Errorf("whole and all stored executions: %s; want %d", whole, orders)
		}
		return nil
	})
	table := kept(t, calm)
	calm.stop(t)

	dir := filepath.Join(t.TempDir(), "stormy")
	c := startChild(t, dir)
	var stormy sender
	stormy.address.Store(&c.addr.OTLPHTTP)
	sent := make(chan error, 1)
	go func() { sent <- stormy.send(t.Context(), requests) }()
	for i := range kills {
		mark := int64((i + 1) * len(requests) / (kills + 1))
		eventually(t, time.Minute, func() error {
			if n := stormy.acked.Load(); n < mark {
				return fmt.Errorf("%d of %d acknowledged", n, mark)
			}
			return nil
		})
		c.kill(t)
		c = startChild(t, dir)
		stormy.address.Store(&c.addr.OTLPHTTP)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() error { return closes(c.addr.HTTP) })

	for table, count := range map[string]int{
		"business_events WHERE kind = 'event'": 5 * orders,
		"spans":                                orders,
	} {
		identity := "(source, id)"
		if table == "spans" {
			identity = "(trace_id, span_id)"
		}
		got := query(t, c, "SELECT count(), uniqExact("+identity+") FROM throughline."+table)
		if got != fmt.Sprintf("%d\t%d", count, count) {
			t.Errorf("%s: rows and identities %q; want %d of each", table, got, count)
		}
	}
	eventually(t, time.Minute, func() error {
		got, err := lineages(c, orders)
		if err != nil {
			return err
		}
		for i := range got {
			if got[i] != want[i] {
				return fmt.Errorf("order SO-%d\n%s\nundisturbed\n%s", i, got[i], want[i])
			}
		}
		return nil
	})
	eventually(t, time.Minute, func() error {
		if diff := cmp.Diff(strings.Split(table, "\n"), strings.Split(kept(t, c), "\n")); diff != "" {
			return fmt.Errorf("the stored executions (-undisturbed +killed): %s", diff)
		}
		return nil
	})
	t.Logf("%d requests acknowledged, %d repeated, %d kills", stormy.acked.Load(), stormy.repeats.Load(), kills)
	c.stop(t)
}

func TestIngestKeepsAnsweringWhileOnlyTheEngineIsKilled(t *testing.T) {
	p := startProgram(t, Config{})
	address := p.collector.Addrs().OTLPHTTP
	var s sender
	s.address.Store(&address)
	const orders = 60
	requests := business(t, orders)
	for round, chunk := 0, len(requests)/6; round < 6; round++ {
		engine, err := os.FindProcess(p.engine.PID())
		if err != nil || p.engine.PID() == 0 {
			t.Fatalf("no engine to kill: %v", err)
		}
		if err := engine.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := s.send(t.Context(), requests[round*chunk:(round+1)*chunk]); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Minute, func() error {
			if pid := p.engine.PID(); pid == 0 || pid == engine.Pid {
				return fmt.Errorf("the engine is not back")
			}
			return nil
		})
	}
	if n := s.repeats.Load(); n > 0 {
		t.Errorf("%d requests were refused while the engine was down", n)
	}
	eventually(t, time.Minute, func() error { return closes(p.web.Addr()) })
	eventually(t, time.Minute, func() error {
		for i := range orders {
			var answer apiLineage
			if err := get(p.web.Addr(), fmt.Sprintf("/api/v1/lineage/order/SO-%d", i), &answer); err != nil {
				return err
			}
			if len(answer.Executions) != 1 || len(answer.Executions[0].Objects) != 5 {
				return fmt.Errorf("order SO-%d: %+v", i, answer)
			}
		}
		return nil
	})
}
