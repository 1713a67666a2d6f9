package collector

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"throughline/collector/journal"
	"throughline/lineage"
)

// answer is how one kind of failure is told in each protocol, and its name in
// the metrics.
type answer struct {
	name string
	http int
	grpc codes.Code
}

func httpStatus(err error) int { return answerTo(lineage.KindOf(err)).http }

// answerTo is the only map from a kind of failure to HTTP and gRPC. OTLP's
// senders try again after 429, 502, 503 and 504, after UNAVAILABLE, and after
// RESOURCE_EXHAUSTED with a RetryInfo; after anything else they drop the data.
// So a stranger's error is answered like a passing one.
func answerTo(kind lineage.Kind) answer {
	switch kind {
	case lineage.Invalid:
		return answer{"invalid", http.StatusBadRequest, codes.InvalidArgument}
	case lineage.Unauthenticated:
		return answer{"unauthenticated", http.StatusUnauthorized, codes.Unauthenticated}
	case lineage.Forbidden:
		return answer{"forbidden", http.StatusForbidden, codes.PermissionDenied}
	case lineage.NotFound:
		return answer{"not_found", http.StatusNotFound, codes.NotFound}
	case lineage.Conflict:
		return answer{"conflict", http.StatusConflict, codes.FailedPrecondition}
	case lineage.TooLarge:
		return answer{"too_large", http.StatusRequestEntityTooLarge, codes.ResourceExhausted}
	case lineage.Unsupported:
		return answer{"unsupported", http.StatusUnsupportedMediaType, codes.Unimplemented}
	case lineage.Exhausted:
		return answer{"exhausted", http.StatusTooManyRequests, codes.ResourceExhausted}
	case lineage.Unavailable:
		return answer{"unavailable", http.StatusServiceUnavailable, codes.Unavailable}
	case lineage.Internal:
		return answer{"internal", http.StatusInternalServerError, codes.Internal}
	default:
		return answer{"unknown", http.StatusServiceUnavailable, codes.Unavailable}
	}
}

// sentence is what the sender reads: for a failure on our side without our
// paths and internals, and never so long that it fills a log.
func sentence(err error) string {
	var text string
	switch kind := lineage.KindOf(err); kind {
	case lineage.Unknown, lineage.Internal:
		text = "throughline could not take this in; its log says why"
	case lineage.Exhausted, lineage.Unavailable:
		text = "throughline cannot take this in now, send it again later"
		if onDisk := new(fs.PathError); !errors.As(err, &onDisk) {
			text += ": " + err.Error()
		}
	default:
		text = err.Error()
	}
	const most = 1 << 10
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// retryAfter is how long the sender should wait: what the journal says, or the
// configured time; zero for what is never worth a second try.
func (c *Collector) retryAfter(err error) time.Duration {
	if !lineage.KindOf(err).Retryable() {
		return 0
	}
	var told interface{ RetryAfter() time.Duration }
	if errors.As(err, &told) && told.RetryAfter() > 0 {
		return told.RetryAfter()
	}
	return c.cfg.RetryAfter
}

// statusOf renders a failure as gRPC and OTLP tell it.
func (c *Collector) statusOf(err error) *status.Status {
	st := status.New(answerTo(lineage.KindOf(err)).grpc, sentence(err))
	if wait := c.retryAfter(err); wait > 0 {
		if with, e := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(wait)}); e == nil {
			st = with
		}
	}
	return st
}

// refuse answers an OTLP request over HTTP with a google.rpc.Status in the
// encoding of the request; code is the HTTP status.
func (c *Collector) refuse(w http.ResponseWriter, encoding journal.Encoding, code int, err error) {
	body, e := encodeStatus(c.statusOf(err), encoding)
	if e != nil {
		body = nil
	}
	c.write(w, mediaType(encoding), code, err, body)
}

func encodeStatus(st *status.Status, encoding journal.Encoding) ([]byte, error) {
	if encoding == journal.Protobuf {
		return proto.Marshal(st.Proto())
	}
	return protojson.Marshal(st.Proto())
}

// problem is an RFC 9457 answer to a sender of CloudEvents.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Kind   string `json:"kind"`
}

// refuseEvents answers a sender of CloudEvents; code is the HTTP status.
func (c *Collector) refuseEvents(w http.ResponseWriter, code int, err error) {
	name := answerTo(lineage.KindOf(err)).name
	body, e := json.Marshal(problem{"about:blank", http.StatusText(code), code, sentence(err), name})
	if e != nil {
		body = nil
	}
	c.write(w, "application/problem+json", code, err, body)
}

// write sends an answer; err is nil for a good one.
func (c *Collector) write(w http.ResponseWriter, mediaType string, code int, err error, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	switch code {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(c.retryAfter(err).Seconds()))))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="throughline"`)
	case http.StatusUnsupportedMediaType:
		h.Set("Accept-Encoding", encodings)
	}
	c.hurry(w)
	w.WriteHeader(code)
	_, _ = w.Write(body) // the sender has gone: nothing is left to tell it
}

// hurry gives the sender a moment to take the answer.
func (c *Collector) hurry(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(c.cfg.AnswerTimeout))
}

func mediaType(encoding journal.Encoding) string {
	if encoding == journal.Protobuf {
		return "application/x-protobuf"
	}
	return "application/json"
}
