package collector

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"throughline/collector/journal"
	"throughline/collector/otlp"
	"throughline/lineage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger is a journal that keeps records in memory and fails the test on one
// that no reader of the journal could use.
type ledger struct {
	t       *testing.T
	scanner *otlp.Scanner
	before  func(ctx context.Context) error // called before a record is kept; its error refuses it

	mu      sync.Mutex
	records []journal.Record
}

func (l *ledger) Append(ctx context.Context, rec journal.Record) error {
	if rec.Type != journal.Data || rec.Tenant != "default" || rec.Source == "" || !rec.Ingested.Equal(noon) {
		l.t.Errorf("a record says type %d, tenant %q, source %q, ingested %s", rec.Type, rec.Tenant, rec.Source, rec.Ingested)
	}
	items := 0
	var err error
	switch {
	case rec.Signal == lineage.Events && (rec.Encoding == journal.CloudEvent || rec.Encoding == journal.CloudEventBatch):
		var events []lineage.CloudEvent
		events, err = lineage.ParseCloudEvents(rec.Payload, rec.Encoding == journal.CloudEventBatch)
		items = len(events)
	case rec.Signal == lineage.Traces || rec.Signal == lineage.Logs:
		items, err = l.scanner.Scan(rec.Signal, rec.Encoding, rec.Payload)
	default:
		l.t.Errorf("a record of %s says encoding %d", rec.Signal, rec.Encoding)
	}
	if err != nil || items == 0 || items != int(rec.Items) {
		l.t.Errorf("a record says %d items and has %d (%v)", rec.Items, items, err)
	}
	if l.before != nil {
		if err := l.before(ctx); err != nil {
			return err
		}
	}
	rec.Payload = bytes.Clone(rec.Payload)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, rec)
	return nil
}

func (l *ledger) kept() []journal.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]journal.Record(nil), l.records...)
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// rig is a running collector with a ledger behind it.
type rig struct {
	*Collector
	t        *testing.T
	ledger   *ledger
	registry *prometheus.Registry
	client   *http.Client
}

func start(t *testing.T, change func(*Config, *ledger)) *rig {
	t.Helper()
	scanner := otlp.NewScanner(otlp.DefaultLimits())
	cfg := Config{OTLPHTTP: "127.0.0.1:0", OTLPGRPC: "127.0.0.1:0"}
	l := &ledger{t: t, scanner: scanner}
	if change != nil {
		change(&cfg, l)
	}
	registry := prometheus.NewRegistry()
	c, err := New(cfg, Deps{
		Journal: l, Scanner: scanner, Registerer: registry,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return &rig{Collector: c, t: t, ledger: l, registry: registry, client: &http.Client{Transport: transport}}
}

func (r *rig) url(path string) string { return "http://" + r.Addrs().OTLPHTTP + path }

// request is one HTTP request in a table; the method is POST if none is named.
type request struct {
	method string
	path   string
	header map[string]string
	body   []byte
}

type response struct {
	code   int
	header http.Header
	body   []byte
}

func (r *rig) send(q request) response {
	r.t.Helper()
	method := q.method
	if method == "" {
		method = http.MethodPost
	}
	hr, err := http.NewRequestWithContext(r.t.Context(), method, r.url(q.path), bytes.NewReader(q.body))
	if err != nil {
		r.t.Fatal(err)
	}
	for name, value := range q.header {
		hr.Header.Set(name, value)
	}
	hr.Host = q.header["Host"] // empty: the address
	got, err := r.client.Do(hr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response{got.StatusCode, got.Header, body}
}

// status reads a google.rpc.Status in the encoding that the response names.
func (p response) status(t *testing.T) *statuspb.Status {
	t.Helper()
	st := new(statuspb.Status)
	var err error
	switch media := p.header.Get("Content-Type"); media {
	case "application/x-protobuf":
		err = proto.Unmarshal(p.body, st)
	case "application/json":
		err = protojson.Unmarshal(p.body, st)
	default:
		t.Fatalf("the answer is %q", media)
	}
	if err != nil {
		t.Fatalf("%q is no google.rpc.Status: %v", p.body, err)
	}
	return st
}

func gzipped(parts ...[]byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, p := range parts {
		_, _ = z.Write(p)
	}
	_ = z.Close()
	return b.Bytes()
}

func zstded(text []byte) []byte {
	z, _ := zstd.NewWriter(nil)
	defer z.Close()
	return z.EncodeAll(text, nil)
}
