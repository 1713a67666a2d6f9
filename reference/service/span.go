package service

import (
	"context"
	"maps"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// IDs are business ids by the attribute that names them, such as order.id.
type IDs map[string]string

func (ids IDs) attributes() []attribute.KeyValue {
	kvs := make([]attribute.KeyValue, 0, len(ids))
	for _, k := range slices.Sorted(maps.Keys(ids)) {
		if ids[k] != "" {
			kvs = append(kvs, attribute.String(k, ids[k]))
		}
	}
	return kvs
}

// Span begins a span of the service under the one of ctx, if any. The service
// must have been opened.
func (s *Service) Span(ctx context.Context, name string, kind trace.SpanKind, ids IDs) (context.Context, trace.Span) {
	return s.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(ids.attributes()...))
}

// Tag names business objects on the span of ctx.
func Tag(ctx context.Context, ids IDs) {
	trace.SpanFromContext(ctx).SetAttributes(ids.attributes()...)
}

// End ends a span, marks it failed when err is not nil, and returns err.
func End(span trace.Span, err error) error {
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
		span.SetAttributes(attribute.String("error.type", errorType(err)))
	}
	span.End()
	return err
}
