package otlp

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/collector/journal"
	"throughline/lineage"
)

// benchmarkBody is a request of n spans of about 478 bytes: 8 services, traces
// of ten spans, 12 attributes a span.
func benchmarkBody(n int) []byte {
	td := ptrace.NewTraces()
	for service := range 8 {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("service-", service))
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName("bench")
		for i := service; i < n; i += 8 {
			s := ss.Spans().AppendEmpty()
			s.SetTraceID(pcommon.TraceID{byte(i / 10), byte(i / 2560), 7})
			s.SetSpanID(pcommon.SpanID{byte(i), byte(i >> 8), 1})
			s.SetName("POST /api/orders/{id}")
			s.SetKind(ptrace.SpanKindServer)
			s.SetStartTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(i) * time.Millisecond)))
			s.SetEndTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(i+5) * time.Millisecond)))
			a := s.Attributes()
			a.PutStr("http.request.method", "POST")
			a.PutInt("http.response.status_code", 200)
			a.PutStr("url.path", "/api/orders")
			a.PutStr("server.address", "erp.example.internal")
			a.PutStr("order.id", fmt.Sprintf("SO-%07d", i/10))
			a.PutStr("correlation.id", fmt.Sprintf("c-%07d", i/10))
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
		panic(err)
	}
	return body
}

const benchmarkSpans = 1000

// report tells CPU time, since a shared machine's clock tells little.
func report(b *testing.B, before time.Duration) {
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N)/benchmarkSpans*1e6, "CPU-s/Mspan")
}

// cpu is the time that the process has spent, in its own code and the kernel's.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkScan(b *testing.B) {
	body := benchmarkBody(benchmarkSpans)
	scanner := NewScanner(DefaultLimits())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		if _, err := scanner.Scan(lineage.Traces, journal.Protobuf, body); err != nil {
			b.Fatal(err)
		}
	}
	report(b, before)
}

func BenchmarkDecode(b *testing.B) {
	body := benchmarkBody(benchmarkSpans)
	decoder := NewDecoder([]string{"order.id", "invoice.id", "correlation.id"})
	var spans []lineage.Span
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		var err error
		if spans, _, err = decoder.DecodeTraces(body, "default", noon, spans[:0]); err != nil {
			b.Fatal(err)
		}
	}
	report(b, before)
}

// BenchmarkPdata is the peer: what everything built on pdata pays before it has
// done anything.
func BenchmarkPdata(b *testing.B) {
	body := benchmarkBody(benchmarkSpans)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		if err := ptraceotlp.NewExportRequest().UnmarshalProto(body); err != nil {
			b.Fatal(err)
		}
	}
	report(b, before)
}
