package service

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// spanQueue is how many spans wait for the collector, some thousand orders'
// worth. Beyond it the SDK drops spans, never events.
const spanQueue = 1 << 15

// batchWait is how long spans are gathered before they are sent.
const batchWait = 300 * time.Millisecond

// tracing is a tracer provider of one service and the way out of its spans.
type tracing struct {
	*sdktrace.TracerProvider
	exporter *otlptrace.Exporter
}

// newTracing starts a provider that posts to /v1/traces below base. Each
// service has its own, since each is another service.name.
func newTracing(ctx context.Context, name, base string, through http.RoundTripper) (*tracing, error) {
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(base+"/v1/traces"),
		otlptracehttp.WithHTTPClient(&http.Client{Transport: patient{through}, Timeout: callTimeout}),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: firstWait, MaxInterval: longWait}),
	)
	if err != nil {
		return nil, err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource.NewWithAttributes(semconv.SchemaURL,
			semconv.ServiceName(name),
			semconv.ServiceNamespace("reference"),
			semconv.ServiceVersion("1"),
			attribute.String("deployment.environment.name", "demo"),
		)),
		sdktrace.WithBatcher(exporter,
			sdktrace.WithMaxQueueSize(spanQueue),
			sdktrace.WithBatchTimeout(batchWait),
			sdktrace.WithExportTimeout(0), // as long as it takes
		),
	)
	return &tracing{provider, exporter}, nil
}

// stop sends what is left until ctx ends, and then gives up.
func (t *tracing) stop(ctx context.Context) error {
	err := t.Shutdown(ctx)
	return errors.Join(err, t.exporter.Shutdown(context.WithoutCancel(ctx)))
}

// patient answers 503 for a collector that cannot be reached, so that the SDK
// tries again, as it does with one that is busy.
type patient struct{ through http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := p.through.RoundTrip(r)
	if err == nil || r.Context().Err() != nil {
		return res, err
	}
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Status: "503 unreachable",
		Proto: r.Proto, ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(err.Error())), Request: r,
	}, nil
}
