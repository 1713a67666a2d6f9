package collector

import (
	"context"
	"testing"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"throughline/lineage"
)

func TestTheStandardSDKsExportersSendWithoutError(t *testing.T) {
	t.Parallel()
	for name, exporter := range map[string]func(*rig) (*otlptrace.Exporter, error){
		"over HTTP": func(r *rig) (*otlptrace.Exporter, error) {
			return otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(r.url("/v1/traces")))
		},
		"over HTTP in gzip": func(r *rig) (*otlptrace.Exporter, error) {
			return otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(r.url("/v1/traces")), otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
		},
		"over gRPC": func(r *rig) (*otlptrace.Exporter, error) {
			return otlptracegrpc.New(t.Context(), otlptracegrpc.WithInsecure(), otlptracegrpc.WithEndpoint(r.Addrs().OTLPGRPC))
		},
		"over gRPC in gzip with a token": func(r *rig) (*otlptrace.Exporter, error) {
			return otlptracegrpc.New(t.Context(), otlptracegrpc.WithInsecure(), otlptracegrpc.WithEndpoint(r.Addrs().OTLPGRPC),
				otlptracegrpc.WithCompressor("gzip"), otlptracegrpc.WithHeaders(map[string]string{"Authorization": "Bearer s3cret"}))
		},
		"over gRPC to the port of HTTP": func(r *rig) (*otlptrace.Exporter, error) {
			return otlptracegrpc.New(t.Context(), otlptracegrpc.WithInsecure(), otlptracegrpc.WithEndpoint(r.Addrs().OTLPHTTP))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, func(cfg *Config, _ *ledger) {
				if name == "over gRPC in gzip with a token" {
					cfg.Token = "s3cret"
				}
			})
			exp, err := exporter(r)
			if err != nil {
				t.Fatal(err)
			}
			provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exp))
			for range 3 {
				_, span := provider.Tracer("erp").Start(t.Context(), "book order")
				span.End()
			}
			if err := provider.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if kept := r.ledger.kept(); len(kept) != 3 || kept[0].Signal != lineage.Traces {
				t.Errorf("%d records are kept", len(kept))
			}
		})
	}
}

func order(id string) cloudevents.Event {
	e := cloudevents.NewEvent()
	e.SetID(id)
	e.SetSource("/crm")
	e.SetType("order.created")
	e.SetExtension("correlationid", "tx-1")
	if err := e.SetData(cloudevents.ApplicationJSON, map[string]any{"objects": map[string]string{"order": id}}); err != nil {
		panic(err)
	}
	return e
}

func TestTheCloudEventsSDKSendsInEveryMode(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	client, err := cloudevents.NewClientHTTP(cloudevents.WithTarget(r.url("/v1/events")))
	if err != nil {
		t.Fatal(err)
	}
	for _, ctx := range []context.Context{cloudevents.WithEncodingBinary(t.Context()), cloudevents.WithEncodingStructured(t.Context())} {
		if result := client.Send(ctx, order("4711")); !cloudevents.IsACK(result) {
			t.Error(result)
		}
	}
	batch, err := cehttp.NewHTTPRequestFromEvents(t.Context(), r.url("/v1/events"), []cloudevents.Event{order("4711"), order("4712")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.client.Do(batch)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	kept := r.ledger.kept()
	if len(kept) != 3 || got.StatusCode != 202 || kept[2].Items != 2 {
		t.Fatalf("%d records are kept, the batch was answered %s", len(kept), got.Status)
	}
	for i, rec := range kept {
		events, err := lineage.ParseCloudEvents(rec.Payload, i == 2)
		if err != nil {
			t.Fatal(err)
		}
		e := events[0]
		if e.ID != "4711" || e.Source != "/crm" || e.Correlation != "tx-1" || string(e.Data) != `{"objects":{"order":"4711"}}` {
			t.Errorf("record %d holds %+v with data %s", i, e, e.Data)
		}
	}
}
