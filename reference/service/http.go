package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// mostBody is the most bytes of a request that are read.
const mostBody = 1 << 20

// StatusError is a refusal, on either side of HTTP: its status and why, in a
// sentence.
type StatusError struct {
	Code       int
	Message    string
	RetryAfter time.Duration // 0 when not told
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Refuse makes a StatusError.
func Refuse(code int, format string, args ...any) error {
	return &StatusError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Handler answers a request with a status and a body for JSON, or an error: a
// StatusError as it says, any other with 500.
type Handler func(r *http.Request) (status int, body any, err error)

// Handle serves a pattern of http.ServeMux. Each request has a server span,
// under the caller's when it sent a traceparent.
func (s *Service) Handle(pattern string, h Handler) {
	_, route, _ := strings.Cut(pattern, " ")
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := s.Span(ctx, r.Method+" "+route, trace.SpanKindServer, nil)
		span.SetAttributes(
			semconv.HTTPRequestMethodKey.String(r.Method), semconv.HTTPRoute(route), semconv.URLPath(r.URL.Path),
			semconv.URLScheme("http"), semconv.ServerAddress(r.Host))
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		status, body, err := h(r.WithContext(ctx))
		if err != nil {
			status, body = s.refusal(err)
		}
		span.SetAttributes(semconv.HTTPResponseStatusCode(status))
		if status < http.StatusInternalServerError {
			err = nil // a refusal is the caller's failure, not the server's
		}
		_ = End(span, err)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		_ = out.Encode(body) // the caller has gone; there is nobody to tell
	})
}

func (s *Service) refusal(err error) (int, any) {
	type sentence struct {
		Error string `json:"error"`
	}
	var status *StatusError
	if errors.As(err, &status) {
		return status.Code, sentence{status.Message}
	}
	s.Log.Error("request failed", "err", err)
	return http.StatusInternalServerError, sentence{"internal error; the log says more"}
}

// Decode reads the JSON body of a request. The error says what is wrong with it.
func Decode(r *http.Request, into any) error {
	in := json.NewDecoder(r.Body)
	in.DisallowUnknownFields()
	err := in.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return Refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", large.Limit)
	case err != nil:
		return Refuse(http.StatusBadRequest, "the body is not what is wanted: %v", err)
	}
	return nil
}

// Limit reads how many rows a list request asks for: 1 to 1000, or 100.
func Limit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, Refuse(http.StatusBadRequest, "limit is %q; want a number from 1 to 1000", text)
	}
	return n, nil
}

// readAnswer reads and closes a response: into out on 2xx when out is not nil,
// else into a StatusError.
func readAnswer(res *http.Response, out any) error {
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, mostBody))
	if err != nil {
		return err
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		if out == nil {
			return nil
		}
		return json.Unmarshal(raw, out)
	}
	status := &StatusError{Code: res.StatusCode, Message: strings.TrimSpace(string(raw))}
	var said struct{ Error string }
	if json.Unmarshal(raw, &said) == nil && said.Error != "" {
		status.Message = said.Error
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		status.RetryAfter = time.Duration(seconds) * time.Second
	}
	return status
}

// errorType is the low-cardinality name of an error for a span's error.type.
func errorType(err error) string {
	var status *StatusError
	switch {
	case errors.As(err, &status):
		return strconv.Itoa(status.Code)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "_OTHER"
}
