package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// ticks is the kernel's unit of processor time in /proc: a hundredth of a second.
const ticks = 100

// cpu is the processor time that the house and its engine have spent. The engine
// must not have been restarted meanwhile.
func (c *child) cpu(b *testing.B) time.Duration {
	b.Helper()
	total := 0
	for _, pid := range append(c.children(b), c.cmd.Process.Pid) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
		for _, field := range fields[11:13] { // utime, stime
			n, err := strconv.Atoi(field)
			if err != nil {
				b.Fatal(err)
			}
			total += n
		}
	}
	return time.Duration(total) * time.Second / ticks
}

// memory is the resident memory of the house and its engine, in bytes.
func (c *child) memory(b *testing.B) float64 {
	b.Helper()
	total := 0.0
	for _, pid := range append(c.children(b), c.cmd.Process.Pid) {
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			b.Fatal(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
		if err != nil {
			b.Fatal(err)
		}
		total += float64(pages * os.Getpagesize())
	}
	return total
}

func (c *child) children(b *testing.B) []int {
	b.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", c.cmd.Process.Pid))
	if err != nil || len(lists) == 0 {
		b.Fatalf("the kernel does not tell the house's children, which takes Linux: %v", err)
	}
	var pids []int
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// settled waits until all that was received has its fate, and n items of a signal
// are stored and stitched.
func (c *child) settled(b *testing.B, signal string, n int) {
	b.Helper()
	eventually(b, 5*time.Minute, func() error {
		var status apiStatus
		if err := get(c.addr.HTTP, "/api/v1/status", &status); err != nil {
			return err
		}
		if s := status.Signals[signal]; status.InFlight != 0 || s.Stored < n || s.Stitched < n {
			return fmt.Errorf("%d in flight; %s: %+v, want %d", status.InFlight, signal, s, n)
		}
		return nil
	})
}

// spanRequest is a thousand spans of about 480 bytes: traces of ten spans through
// eight services, twelve attributes a span, one of them an order and one a
// correlation id.
func spanRequest(b *testing.B, at int) request {
	b.Helper()
	const size = 1000
	td := ptrace.NewTraces()
	for service := range 8 {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("service-", service))
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName("bench")
		for i := service; i < size; i += 8 {
			n := at*size + i
			s := ss.Spans().AppendEmpty()
			s.SetTraceID(pcommon.TraceID{7, byte(n / 10), byte(n / 10 >> 8), byte(n / 10 >> 16), 0x9c, byte(n / 10 * 37), byte(n / 10 * 101), 0x51})
			s.SetSpanID(pcommon.SpanID{1, byte(n), byte(n >> 8), byte(n >> 16), byte(n * 73)})
			s.SetName("POST /api/orders/{id}")
			s.SetKind(ptrace.SpanKindServer)
			s.SetStartTimestamp(pcommon.NewTimestampFromTime(dawn.Add(time.Duration(n) * time.Millisecond)))
			s.SetEndTimestamp(pcommon.NewTimestampFromTime(dawn.Add(time.Duration(n+5) * time.Millisecond)))
			a := s.Attributes()
			a.PutStr("http.request.method", "POST")
			a.PutInt("http.response.status_code", 200)
			a.PutStr("url.path", "/api/orders")
			a.PutStr("server.address", "erp.example.internal")
			a.PutStr("order.id", fmt.Sprintf("SO-%07d", n/10))
			a.PutStr("correlation.id", fmt.Sprintf("c-%07d", n/10))
			a.PutStr("messaging.destination.name", "orders.booked")
			a.PutStr("user_agent.original", "sync/1.0")
			a.PutInt("server.port", 8443)
			a.PutStr("network.protocol.version", "1.1")
			a.PutStr("deployment.environment", "production")
			a.PutBool("retry", false)
		}
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	if err != nil {
		b.Fatal(err)
	}
	return request{"/v1/traces", "application/x-protobuf", body}
}

// serving starts a house in a process of its own, ready to take in.
func serving(b *testing.B) (*child, *sender) {
	b.Helper()
	c := startChild(b, filepath.Join(b.TempDir(), "house"), "--memory", "1GiB")
	b.Cleanup(func() { c.stop(b) })
	eventually(b, time.Minute, func() error {
		response, err := http.Get("http://" + c.addr.HTTP + "/-/ready")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	})
	var s sender
	s.address.Store(&c.addr.OTLPHTTP)
	return c, &s
}

// BenchmarkSpansFromSocketToClickHouse sends requests of 1,000 spans over four
// connections until all are stored, indexed and stitched. CPU is of the house and
// its engine; bytes are on disk, once merged.
func BenchmarkSpansFromSocketToClickHouse(b *testing.B) {
	c, s := serving(b)
	const batch = 50
	sent, spent, bytesIn := 0, time.Duration(0), 0
	for b.Loop() {
		b.StopTimer()
		var requests []request
		for range batch {
			requests = append(requests, spanRequest(b, sent))
			bytesIn += len(requests[len(requests)-1].body)
			sent++
		}
		before := c.cpu(b)
		b.StartTimer()
		if err := s.send(b.Context(), requests); err != nil {
			b.Fatal(err)
		}
		c.settled(b, "traces", sent*1000)
		spent += c.cpu(b) - before
	}
	spans := float64(sent * 1000)
	b.ReportMetric(spent.Seconds()*1e6/spans, "cpu-s/Mspan")
	b.ReportMetric(spans/b.Elapsed().Seconds(), "spans/s")
	b.ReportMetric(float64(bytesIn)/spans, "sent-B/span")
	b.ReportMetric(c.memory(b)/(1<<20), "rss-MiB")
	before := c.cpu(b)
	total := 0.0
	for _, table := range []string{"spans", "traces", "identifiers"} {
		query(b, c, "OPTIMIZE TABLE throughline."+table+" FINAL")
		size, err := strconv.ParseFloat(query(b, c, "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'throughline' AND table = '"+table+"'"), 64)
		if err != nil {
			b.Fatal(err)
		}
		total += size
	}
	b.ReportMetric((c.cpu(b)-before).Seconds()*1e6/spans, "merge-cpu-s/Mspan")
	b.ReportMetric(total/spans, "B/span")
}

// BenchmarkBusinessEventsFromSocketToLineage sends what happens to orders, five
// events each in batches of 500, until every one is in its lineage and stored. There are
// 100,000 at a time: of fewer most of the time would be that the last ones wait for their
// block to be full.
func BenchmarkBusinessEventsFromSocketToLineage(b *testing.B) {
	c, s := serving(b)
	const orders, perRequest = 20_000, 100
	sent, spent := 0, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		var requests []request
		for range orders / perRequest {
			requests = append(requests, orderBatch(sent/5, perRequest))
			sent += 5 * perRequest
		}
		before := c.cpu(b)
		b.StartTimer()
		if err := s.send(b.Context(), requests); err != nil {
			b.Fatal(err)
		}
		c.settled(b, "events", sent)
		spent += c.cpu(b) - before
	}
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(spent.Seconds()*1e6/float64(sent), "cpu-s/Mevent")
	b.ReportMetric(c.memory(b)/(1<<20), "rss-MiB")
}

// orderBatch is a request with what happens to n orders.
func orderBatch(first, n int) request {
	var body bytes.Buffer
	for i := range n {
		for j, step := range steps {
			if body.Len() == 0 {
				body.WriteByte('[')
			} else {
				body.WriteByte(',')
			}
			body.WriteString(stepOf(first+i, j, step))
		}
	}
	body.WriteByte(']')
	return request{"/v1/events", "application/cloudevents-batch+json", body.Bytes()}
}

// BenchmarkEventToPage tells how long it takes from sending an event until the
// open lineage page shows it, while 1,000 other events a second come in.
func BenchmarkEventToPage(b *testing.B) {
	c, s := serving(b)
	ctx, cancel := context.WithCancel(b.Context())
	load := make(chan error, 1)
	go func() { load <- s.press(ctx, 1000) }()
	page := watchOrder(b, c)
	took := make([]time.Duration, 0, 1024)
	for n := 0; b.Loop(); n++ {
		took = append(took, page.seen(b, n))
	}
	cancel()
	if err := <-load; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(quantile(took, 50).Seconds()*1e3, "p50-ms")
	b.ReportMetric(quantile(took, 95).Seconds()*1e3, "p95-ms")
	b.ReportMetric(quantile(took, 100).Seconds()*1e3, "max-ms")
	b.ReportMetric(float64(s.acked.Load())*20/b.Elapsed().Seconds(), "events/s")
}
