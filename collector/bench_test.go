package collector

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"throughline/collector/otlp"
)

// BenchmarkTracesOverHTTP takes in requests of 1,000 spans of about 480 bytes
// up to, but without, the journal. The sender's own work is in the figure.
func BenchmarkTracesOverHTTP(b *testing.B) {
	c, err := New(Config{OTLPHTTP: "127.0.0.1:0", OTLPGRPC: "127.0.0.1:0"},
		Deps{Journal: new(discard), Scanner: otlp.NewScanner(otlp.DefaultLimits())})
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Stop(b.Context()) }()
	payload := spans(1000, func(s *trace.Span) {
		for i := range 11 {
			s.Attributes = append(s.Attributes, &common.KeyValue{
				Key:   fmt.Sprintf("business.attribute.%d", i),
				Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: "value-4711"}},
			})
		}
	})
	for name, body := range map[string][]byte{"identity": payload, "gzip": gzipped(payload)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+c.Addrs().OTLPHTTP+"/v1/traces", bytes.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Content-Type", protobuf)
				if name == "gzip" {
					r.Header.Set("Content-Encoding", "gzip")
				}
				got, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, got.Body)
				if got.Body.Close(); got.StatusCode != http.StatusOK {
					b.Fatal(got.Status)
				}
			}
		})
	}
	http.DefaultClient.CloseIdleConnections()
}
