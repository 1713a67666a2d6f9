package collector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	logscol "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricscol "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracecol "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"throughline/collector/journal"
	"throughline/lineage"
)

const (
	exportTraces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
	exportLogs   = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
)

// raw sends bytes as a message, so that a test can send what no client would.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = bytes.Clone(data); return nil }
func (raw) Name() string                       { return "proto" }

func (r *rig) dial(opts ...grpc.DialOption) *grpc.ClientConn {
	r.t.Helper()
	conn, err := grpc.NewClient(r.Addrs().OTLPGRPC, append(opts, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// call sends one raw message and returns how the call ended.
func (r *rig) call(ctx context.Context, method string, message []byte, opts ...grpc.CallOption) error {
	r.t.Helper()
	var reply []byte
	return r.dial().Invoke(ctx, method, &message, &reply, append(opts, grpc.ForceCodec(raw{}))...)
}

func TestOTLPOverGRPCIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]grpc.CallOption{
		"as it is": nil,
		"in gzip":  {grpc.UseCompressor(gzip.Name)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			large := spans(3000, func(s *tracepb.Span) { s.Name = strings.Repeat("n", 2000) })
			if err := r.call(t.Context(), exportTraces, large, opts...); err != nil {
				t.Fatal(err)
			}
			if err := r.call(t.Context(), exportLogs, records(4), opts...); err != nil {
				t.Fatal(err)
			}
			kept := r.ledger.kept()
			if len(kept) != 2 {
				t.Fatalf("%d records are kept", len(kept))
			}
			if kept[0].Signal != lineage.Traces || kept[0].Items != 3000 || !bytes.Equal(kept[0].Payload, large) {
				t.Errorf("kept: %s, %d items, %d bytes", kept[0].Signal, kept[0].Items, len(kept[0].Payload))
			}
			if kept[1].Signal != lineage.Logs || kept[1].Encoding != journal.Protobuf || kept[1].Source != "otlp/grpc 127.0.0.1" {
				t.Errorf("kept: %+v", kept[1])
			}
		})
	}
}

func TestAGeneratedClientReadsEveryAnswer(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	conn := r.dial()
	if got, err := tracecol.NewTraceServiceClient(conn).Export(t.Context(), &tracecol.ExportTraceServiceRequest{}); err != nil || got.GetPartialSuccess() != nil {
		t.Errorf("an empty request: %v, %v", got, err)
	}
	if got, err := logscol.NewLogsServiceClient(conn).Export(t.Context(), &logscol.ExportLogsServiceRequest{}); err != nil || got.GetPartialSuccess() != nil {
		t.Errorf("an empty request: %v, %v", got, err)
	}
	_, err := metricscol.NewMetricsServiceClient(conn).Export(t.Context(), &metricscol.ExportMetricsServiceRequest{})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "/v1/traces") {
		t.Errorf("metrics: %v", err)
	}
	check := health.NewHealthClient(conn)
	for _, service := range []string{"", "opentelemetry.proto.collector.logs.v1.LogsService"} {
		got, err := check.Check(t.Context(), &health.HealthCheckRequest{Service: service})
		if err != nil || got.GetStatus() != health.HealthCheckResponse_SERVING {
			t.Errorf("health of %q: %v, %v", service, got, err)
		}
	}
	if _, err := check.Check(t.Context(), &health.HealthCheckRequest{Service: "other"}); status.Code(err) != codes.NotFound {
		t.Errorf("health of another service: %v", err)
	}
}

func TestBadGRPCCallsAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	packed := []grpc.CallOption{grpc.UseCompressor(gzip.Name)}
	for name, tc := range map[string]struct {
		method  string
		message []byte
		opts    []grpc.CallOption
		code    codes.Code
		says    string
	}{
		"protobuf that breaks off":          {exportTraces, spans(1, nil)[:20], nil, codes.InvalidArgument, "not well-formed"},
		"a name that is not UTF-8":          {exportTraces, bytes.Replace(spans(1, nil), []byte("POST"), []byte("P\xffST"), 1), nil, codes.InvalidArgument, "spans[0].name"},
		"a message over the limit":          {exportTraces, make([]byte, 1<<20+1), nil, codes.ResourceExhausted, "may be 1048576"},
		"a message over the limit inflated": {exportTraces, make([]byte, 3<<20), packed, codes.ResourceExhausted, "once decompressed"},
		"a bomb of empty spans":             {exportTraces, emptySpans(500_000), packed, codes.ResourceExhausted, "200000"},
		"a value nested very deep":          {exportTraces, nestedValue(5_000), nil, codes.InvalidArgument, "deep"},
		"a method that is not there":        {"/opentelemetry.proto.collector.trace.v1.TraceService/Import", nil, nil, codes.Unimplemented, "TraceService/Export"},
		"a service that is not there":       {"/a.B/C", nil, nil, codes.Unimplemented, "no gRPC method /a.B/C"},
		"profiles":                          {"/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", nil, nil, codes.Unimplemented, "no gRPC method"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(cfg *Config, _ *ledger) { cfg.MaxBody = 1 << 20 })
			st := status.Convert(r.call(t.Context(), tc.method, tc.message, tc.opts...))
			if st.Code() != tc.code || !strings.Contains(st.Message(), tc.says) {
				t.Errorf("the answer is %s: %s", st.Code(), st.Message())
			}
			if len(st.Details()) != 0 {
				t.Errorf("what can never succeed is told to come back: %v", st.Details())
			}
			if kept := r.ledger.kept(); len(kept) != 0 {
				t.Errorf("%d records are kept", len(kept))
			}
		})
	}
}

func TestAFrameThatIsNotOneMessageIsRefused(t *testing.T) {
	t.Parallel()
	frame := func(flag byte, size int, rest ...byte) []byte {
		return append([]byte{flag, 0, 0, byte(size >> 8), byte(size)}, rest...)
	}
	for name, tc := range map[string]struct {
		body     []byte
		encoding string
		code     codes.Code
		says     string
	}{
		"nothing":                                    {nil, "", codes.InvalidArgument, "five-byte prefix"},
		"half a prefix":                              {[]byte{0, 0}, "", codes.InvalidArgument, "five-byte prefix"},
		"a message shorter than its length":          {frame(0, 9, 1, 2), "", codes.InvalidArgument, "7 bytes before its length of 9"},
		"a second message":                           {frame(0, 0, frame(0, 0)...), "", codes.InvalidArgument, "one message"},
		"a flag of two":                              {frame(2, 0), "", codes.InvalidArgument, "must be 0 or 1"},
		"compression without its name":               {frame(1, 0), "", codes.Unimplemented, "gzip or identity"},
		"compression of a strange kind":              {frame(1, 0), "snappy", codes.Unimplemented, `"snappy"`},
		"gzip that is none":                          {frame(1, 2, 1, 2), "gzip", codes.InvalidArgument, "gzip"},
		"a length that nobody will ever send":        {[]byte{0, 0xff, 0xff, 0xff, 0xff}, "", codes.ResourceExhausted, "4294967295"},
		"a message that is not compressed after all": {append(frame(0, 2), inField(1, nil)...), "gzip", codes.OK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			got := r.grpcByHand(tc.body, map[string]string{"Grpc-Encoding": tc.encoding})
			if got.code != fmt.Sprint(int(tc.code)) || !strings.Contains(got.message, tc.says) {
				t.Errorf("the answer is grpc-status %s: %s", got.code, got.message)
			}
		})
	}
}

type trailers struct{ code, message string }

// grpcByHand makes a call with net/http's client.
func (r *rig) grpcByHand(body []byte, header map[string]string) trailers {
	r.t.Helper()
	var h2c http.Protocols
	h2c.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &h2c}
	defer transport.CloseIdleConnections()
	hr, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, "http://"+r.Addrs().OTLPGRPC+exportTraces, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	hr.Header.Set("Content-Type", "application/grpc")
	for name, value := range header {
		hr.Header.Set(name, value)
	}
	got, err := transport.RoundTrip(hr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer got.Body.Close()
	if _, err := io.ReadAll(got.Body); err != nil {
		r.t.Fatal(err)
	}
	if code := got.Header.Get("Grpc-Status"); code != "" {
		return trailers{code, got.Header.Get("Grpc-Message")}
	}
	return trailers{got.Trailer.Get("Grpc-Status"), got.Trailer.Get("Grpc-Message")}
}

func TestBackPressureOverGRPCCarriesRetryInfo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		code codes.Code
	}{
		"a full journal":                   {lineage.Errorf(lineage.Exhausted, "journal", "it is full"), codes.ResourceExhausted},
		"a failed disk":                    {lineage.Errorf(lineage.Unavailable, "journal", "fsync failed"), codes.Unavailable},
		"a stranger's error":               {errors.New("secret path"), codes.Unavailable},
		"an error that names its own time": {slowDown{}, codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(_ *Config, l *ledger) { l.before = func(context.Context) error { return tc.err } })
			st := status.Convert(r.call(t.Context(), exportTraces, spans(1, nil)))
			if st.Code() != tc.code || strings.Contains(st.Message(), "secret") {
				t.Errorf("the answer is %s: %s", st.Code(), st.Message())
			}
			want := time.Second
			if name == "an error that names its own time" {
				want = 7 * time.Second
			}
			info, _ := append(st.Details(), nil)[0].(*errdetails.RetryInfo)
			if info.GetRetryDelay().AsDuration() != want {
				t.Errorf("the details are %v", st.Details())
			}
		})
	}
}

type slowDown struct{}

func (slowDown) Error() string             { return "slow down" }
func (slowDown) RetryAfter() time.Duration { return 7 * time.Second }

func TestACallersDeadlineReachesTheJournal(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 1)
	r := start(t, func(_ *Config, l *ledger) {
		l.before = func(ctx context.Context) error {
			deadline, _ := ctx.Deadline()
			left <- time.Until(deadline)
			return nil
		}
	})
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(t.Context(), "x", "y"), 20*time.Second)
	defer cancel()
	if err := r.call(ctx, exportTraces, spans(1, nil)); err != nil {
		t.Fatal(err)
	}
	if d := <-left; d > 20*time.Second || d < time.Second {
		t.Errorf("the journal has %s", d)
	}
	if got := r.grpcByHand(nil, map[string]string{"Grpc-Timeout": "soon"}); !strings.Contains(got.message, `"soon" is no timeout`) {
		t.Errorf("a timeout of soon: %+v", got)
	}
}
