package collector

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"throughline/collector/journal"
	"throughline/collector/otlp"
	"throughline/lineage"
)

var (
	_ Journal = (*journal.Journal)(nil)
	_ Scanner = (*otlp.Scanner)(nil)
)

// onDisk starts a collector in front of a journal in dir.
func onDisk(t *testing.T, dir string) (*rig, *journal.Journal) {
	t.Helper()
	j, err := journal.Open(journal.Config{Dir: dir, SegmentBytes: 64 << 10, MaxBytes: 256 << 10}, journal.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	c, err := New(Config{OTLPHTTP: "127.0.0.1:0", OTLPGRPC: "127.0.0.1:0"}, Deps{Journal: j, Scanner: otlp.NewScanner(otlp.DefaultLimits())})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = c.Stop(t.Context())
	})
	return &rig{Collector: c, t: t, client: &http.Client{Transport: transport}}, j
}

func TestWhatWasAnsweredIsReadFromTheJournalAfterwards(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, j := onDisk(t, dir)
	for name, send := range deliver(r) {
		if err := send(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for name, send := range deliver(r) {
		if err := send(); err == nil {
			t.Errorf("%s: a closed journal was answered well", name)
		}
	}
	_, again := onDisk(t, dir)
	reader := again.Reader(0)
	defer reader.Close()
	got := make(map[string][]byte)
	for range 3 {
		rec, err := reader.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		protocol, _, _ := strings.Cut(rec.Source, " ")
		got[protocol] = rec.Payload
	}
	if !bytes.Equal(got["otlp/http"], spans(1, nil)) || !bytes.Equal(got["otlp/grpc"], spans(1, nil)) || string(got["cloudevents"]) != goodEvent {
		t.Errorf("the journal holds %q", got)
	}
}

func TestAJournalAtItsBoundIsToldToEverySender(t *testing.T) {
	t.Parallel()
	r, _ := onDisk(t, t.TempDir())
	large := spans(100, func(s *trace.Span) { s.Name = strings.Repeat("n", 1000) })
	post := request{path: "/v1/traces", header: map[string]string{"Content-Type": protobuf}, body: large}
	kept := 0
	for ; r.send(post).code == http.StatusOK; kept++ {
		if kept > 10 {
			t.Fatal("the journal has no bound")
		}
	}
	if got := r.send(post); got.code != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" || len(got.status(t).GetDetails()) != 1 {
		t.Errorf("the answer over HTTP is %d %v", got.code, got.header)
	}
	st := status.Convert(r.call(t.Context(), exportTraces, large))
	if st.Code() != codes.ResourceExhausted || len(st.Details()) != 1 {
		t.Errorf("the answer over gRPC is %s %v", st.Code(), st.Details())
	}
	if n := r.Counts()[lineage.Traces]; n.Received-n.Refused != uint64(100*kept) {
		t.Errorf("%d requests are kept, and the counts are %+v", kept, n)
	}
}
