package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Call is one request to another service.
type Call struct {
	Method string
	Route  string // with {id} for the ID
	ID     string
	Query  url.Values
	Key    string // Idempotency-Key, "" for none
	In     any    // the body, nil for none
	Out    any    // what the answer is read into, nil for nothing
	Status *int   // set to the answer's status once there is one, nil for nobody
	IDs    IDs    // of the span
}

// Call sends a request to the service at base, within a client span whose
// trace the other side goes on. An answer other than 2xx is a *StatusError.
func (s *Service) Call(ctx context.Context, base string, c Call) error {
	ctx, span := s.Span(ctx, c.Method+" "+c.Route, trace.SpanKindClient, c.IDs)
	address := base + strings.ReplaceAll(c.Route, "{id}", url.PathEscape(c.ID))
	if len(c.Query) > 0 {
		address += "?" + c.Query.Encode()
	}
	span.SetAttributes(semconv.HTTPRequestMethodKey.String(c.Method), semconv.URLFull(address), semconv.URLTemplate(c.Route))
	err := s.call(ctx, span, address, c)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", c.Method, c.Route, err)
	}
	return End(span, err)
}

func (s *Service) call(ctx context.Context, span trace.Span, address string, c Call) error {
	var body bytes.Buffer
	if c.In != nil {
		if err := json.NewEncoder(&body).Encode(c.In); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, address, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Key != "" {
		req.Header.Set("Idempotency-Key", c.Key)
	}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(req.Header))
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	span.SetAttributes(semconv.HTTPResponseStatusCode(res.StatusCode))
	if c.Status != nil {
		*c.Status = res.StatusCode
	}
	return readAnswer(res, c.Out)
}
