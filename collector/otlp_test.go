package collector

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	logscol "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	tracecol "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"throughline/collector/journal"
	"throughline/lineage"
)

const (
	protobuf   = "application/x-protobuf"
	tracesJSON = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",` +
		`"spanId":"eee19b7ec3c1b174","name":"POST /orders","kind":2,"startTimeUnixNano":"1772452800000000000"}]}]}]}`
	logsJSON = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772452800000000000","body":{"stringValue":"booked"}}]}]}]}`
)

// spans is an export request of n spans, after change.
func spans(n int, change func(*trace.Span)) []byte {
	list := make([]*trace.Span, n)
	for i := range list {
		list[i] = &trace.Span{TraceId: bytes.Repeat([]byte{7}, 16), SpanId: []byte(fmt.Sprintf("%08d", i)), Name: "POST /orders"}
		if change != nil {
			change(list[i])
		}
	}
	return marshal(&tracecol.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{
		{ScopeSpans: []*trace.ScopeSpans{{Spans: list}}},
	}})
}

func records(n int) []byte {
	list := make([]*logs.LogRecord, n)
	for i := range list {
		list[i] = &logs.LogRecord{Body: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: "booked"}}}
	}
	return marshal(&logscol.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{
		{ScopeLogs: []*logs.ScopeLogs{{LogRecords: list}}},
	}})
}

func marshal(m proto.Message) []byte {
	b, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

func TestOTLPOverHTTPIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	large := spans(2000, func(s *trace.Span) { s.Name = strings.Repeat("n", 500) })
	for name, tc := range map[string]struct {
		path, media, encoding string
		payload               []byte
		signal                lineage.Signal
		items                 uint32
	}{
		"traces in protobuf":                    {"/v1/traces", protobuf, "", spans(3, nil), lineage.Traces, 3},
		"traces in JSON":                        {"/v1/traces", "application/json", "", []byte(tracesJSON), lineage.Traces, 1},
		"traces in JSON that names its charset": {"/v1/traces", "application/json; charset=UTF-8", "", []byte(tracesJSON), lineage.Traces, 1},
		"logs in protobuf":                      {"/v1/logs", protobuf, "", records(2), lineage.Logs, 2},
		"logs in JSON":                          {"/v1/logs", "application/json", "", []byte(logsJSON), lineage.Logs, 1},
		"gzip":                                  {"/v1/traces", protobuf, "gzip", spans(3, nil), lineage.Traces, 3},
		"gzip in capitals":                      {"/v1/traces", protobuf, "GZIP", spans(3, nil), lineage.Traces, 3},
		"zstd":                                  {"/v1/logs", "application/json", "zstd", []byte(logsJSON), lineage.Logs, 1},
		"identity by name":                      {"/v1/logs", protobuf, "identity", records(2), lineage.Logs, 2},
		"a megabyte as it is":                   {"/v1/traces", protobuf, "", large, lineage.Traces, 2000},
		"a megabyte in gzip":                    {"/v1/traces", protobuf, "gzip", large, lineage.Traces, 2000},
		"a base URL that ended in a slash":      {"//v1/traces", protobuf, "", spans(1, nil), lineage.Traces, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			body := tc.payload
			switch strings.ToLower(tc.encoding) {
			case "gzip":
				body = gzipped(body)
			case "zstd":
				body = zstded(body)
			}
			got := r.send(request{path: tc.path, body: body, header: map[string]string{"Content-Type": tc.media, "Content-Encoding": tc.encoding}})
			media, want := "application/json", "{}"
			if tc.media == protobuf {
				media, want = protobuf, ""
			}
			if got.code != http.StatusOK || got.header.Get("Content-Type") != media || string(got.body) != want {
				t.Fatalf("the answer is %d %q %q", got.code, got.header.Get("Content-Type"), got.body)
			}
			kept := r.ledger.kept()
			if len(kept) != 1 {
				t.Fatalf("%d records are kept", len(kept))
			}
			rec := kept[0]
			if rec.Signal != tc.signal || rec.Items != tc.items || !bytes.Equal(rec.Payload, tc.payload) {
				t.Errorf("kept: %s, %d items, %d bytes", rec.Signal, rec.Items, len(rec.Payload))
			}
			if isJSON := rec.Encoding == journal.JSON; isJSON != (media == "application/json") {
				t.Errorf("kept in encoding %d", rec.Encoding)
			}
			if rec.Source != "otlp/http 127.0.0.1" {
				t.Errorf("the source is %q", rec.Source)
			}
		})
	}
}

func TestAnEmptyRequestSucceedsAndKeepsNothing(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for _, q := range []request{
		{path: "/v1/traces", header: map[string]string{"Content-Type": protobuf}},
		{path: "/v1/logs", header: map[string]string{"Content-Type": "application/json"}, body: []byte("{}")},
	} {
		if got := r.send(q); got.code != http.StatusOK {
			t.Errorf("%s: %d %s", q.path, got.code, got.body)
		}
	}
	if kept := r.ledger.kept(); len(kept) != 0 {
		t.Errorf("%d records are kept", len(kept))
	}
}

func TestBadOTLPOverHTTPIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	deepJSON := `{"resourceSpans":` + strings.Repeat("[", 2_000_000)
	for name, tc := range map[string]struct {
		request
		media string // of the request and of the answer; protobuf if none is named
		code  int
		grpc  codes.Code
		says  string
	}{
		"protobuf that breaks off":            {request{body: spans(1, nil)[:20]}, "", 400, codes.InvalidArgument, "not well-formed protobuf"},
		"JSON that breaks off":                {request{body: []byte(tracesJSON[:99])}, "application/json", 400, codes.InvalidArgument, "not OTLP/JSON"},
		"JSON sent as protobuf":               {request{body: []byte(tracesJSON)}, "", 400, codes.InvalidArgument, "application/x-protobuf"},
		"bytes that are not gzip":             {request{body: spans(1, nil), header: map[string]string{"Content-Encoding": "gzip"}}, "", 400, codes.InvalidArgument, "not gzip"},
		"gzip that breaks off":                {request{body: gzipped(spans(9, nil))[:60], header: map[string]string{"Content-Encoding": "gzip"}}, "", 400, codes.InvalidArgument, "ends too early"},
		"gzip of nothing at all":              {request{header: map[string]string{"Content-Encoding": "gzip"}}, "", 400, codes.InvalidArgument, "ends too early"},
		"zstd that is none":                   {request{body: spans(1, nil), header: map[string]string{"Content-Encoding": "zstd"}}, "", 400, codes.InvalidArgument, "magic number"},
		"an encoding that is not spoken":      {request{body: spans(1, nil), header: map[string]string{"Content-Encoding": "br"}}, "", 415, codes.Unimplemented, "gzip, zstd, identity"},
		"encodings in a chain":                {request{body: spans(1, nil), header: map[string]string{"Content-Encoding": "gzip, gzip"}}, "", 415, codes.Unimplemented, `"gzip, gzip"`},
		"text":                                {request{body: spans(1, nil)}, "text/plain", 415, codes.Unimplemented, "application/x-protobuf or application/json"},
		"a charset that is not UTF-8":         {request{body: []byte(tracesJSON)}, "application/json; charset=latin1", 400, codes.InvalidArgument, "send UTF-8"},
		"JSON that is not UTF-8":              {request{body: []byte("{\"a\":\"\xff\"}")}, "application/json", 400, codes.InvalidArgument, "UTF-8"},
		"a span's name that is not UTF-8":     {request{body: bytes.Replace(spans(1, nil), []byte("POST"), []byte("P\xffST"), 1)}, "", 400, codes.InvalidArgument, "spans[0].name"},
		"a trace id of 15 bytes":              {request{body: spans(1, func(s *trace.Span) { s.TraceId = s.TraceId[:15] })}, "", 400, codes.InvalidArgument, "traceId has 15 bytes"},
		"a body over the limit":               {request{body: spans(40, func(s *trace.Span) { s.Name = strings.Repeat("x", 30_000) })}, "", 413, codes.ResourceExhausted, "smaller batches"},
		"a body over the limit once inflated": {request{body: gzipped(make([]byte, 3<<20)), header: map[string]string{"Content-Encoding": "gzip"}}, "", 413, codes.ResourceExhausted, "once decompressed"},
		"zstd over the limit once inflated":   {request{body: zstded(make([]byte, 3<<20)), header: map[string]string{"Content-Encoding": "zstd"}}, "", 413, codes.ResourceExhausted, "smaller batches"},
		"compressed bytes over the limit":     {request{body: make([]byte, 65<<10), header: map[string]string{"Content-Encoding": "gzip"}}, "", 413, codes.ResourceExhausted, "may be 65536"},
		"two million empty spans":             {request{body: gzipped(emptySpans(500_000)), header: map[string]string{"Content-Encoding": "gzip"}}, "", 413, codes.ResourceExhausted, "smaller batches"},
		"two million brackets of JSON":        {request{body: gzipped([]byte(deepJSON)[:900_000]), header: map[string]string{"Content-Encoding": "gzip"}}, "application/json", 400, codes.InvalidArgument, "deep"},
		"a value nested very deep":            {request{body: gzipped(nestedValue(5_000)), header: map[string]string{"Content-Encoding": "gzip"}}, "", 400, codes.InvalidArgument, "deep"},
		"metrics":                             {request{path: "/v1/metrics", body: []byte{1}}, "", 404, codes.NotFound, "/v1/traces"},
		"the root":                            {request{path: "/", body: spans(1, nil)}, "", 404, codes.NotFound, "/v1/traces"},
		"another address":                     {request{path: "/api/traces", body: spans(1, nil)}, "", 404, codes.NotFound, "nothing is taken in at /api/traces"},
		"another method":                      {request{method: http.MethodGet}, "application/json", 405, codes.InvalidArgument, "takes POST, not GET"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(cfg *Config, _ *ledger) { cfg.MaxBody, cfg.MaxCompressed = 1<<20, 64<<10 })
			q, media := tc.request, tc.media
			if q.path == "" {
				q.path = "/v1/traces"
			}
			if media == "" {
				media = protobuf
			}
			header := map[string]string{"Content-Type": media}
			for k, v := range q.header {
				header[k] = v
			}
			q.header = header
			got := r.send(q)
			st := got.status(t)
			if got.code != tc.code || codes.Code(st.GetCode()) != tc.grpc || !strings.Contains(st.GetMessage(), tc.says) {
				t.Errorf("the answer is %d, status %d: %s", got.code, st.GetCode(), st.GetMessage())
			}
			if isProtobuf := got.header.Get("Content-Type") == protobuf; isProtobuf != (media == protobuf) {
				t.Errorf("the answer to %q is %q", media, got.header.Get("Content-Type"))
			}
			if len(st.GetDetails()) != 0 || got.header.Get("Retry-After") != "" {
				t.Error("what can never succeed is told to come back")
			}
			if kept := r.ledger.kept(); len(kept) != 0 {
				t.Errorf("%d records are kept", len(kept))
			}
		})
	}
}

// emptySpans is an export request of n spans without a byte in them.
func emptySpans(n int) []byte {
	return inField(1, inField(2, bytes.Repeat([]byte{2<<3 | 2, 0}, n)))
}

// nestedValue is a span whose attribute holds a list in a list in a list…
func nestedValue(depth int) []byte {
	value := []byte{}
	for range depth {
		value = inField(5, inField(1, value))
	}
	return inField(1, inField(2, inField(2, inField(9, inField(2, value)))))
}

func inField(number int, data []byte) []byte {
	head := []byte{byte(number<<3 | 2)}
	n := len(data)
	for ; n >= 0x80; n >>= 7 {
		head = append(head, byte(n)|0x80)
	}
	return append(append(head, byte(n)), data...)
}
