package lineage

import (
	"encoding/hex"
	"time"
)

// TraceID is a W3C trace id; all zero means none.
type TraceID [16]byte

// SpanID is a W3C span id; all zero means none.
type SpanID [8]byte

// IsZero tells whether the id is absent.
func (t TraceID) IsZero() bool { return t == TraceID{} }

// String returns 32 lower-case hex digits, or "" for no id.
func (t TraceID) String() string {
	if t.IsZero() {
		return ""
	}
	return hex.EncodeToString(t[:])
}

// IsZero tells whether the id is absent.
func (s SpanID) IsZero() bool { return s == SpanID{} }

// String returns 16 lower-case hex digits, or "" for no id.
func (s SpanID) String() string {
	if s.IsZero() {
		return ""
	}
	return hex.EncodeToString(s[:])
}

// Attr is one attribute that the catalogue asked for, as text.
type Attr struct{ Key, Value string }

// Span is one span as it is stored: OTLP's fields, with everything of open
// shape packed as JSON text (values as the OpenTelemetry ClickHouse exporter
// would write them). Strings may share memory with the request they came in.
type Span struct {
	Tenant   string
	TraceID  TraceID
	SpanID   SpanID
	Parent   SpanID
	State    string // tracestate
	Flags    uint32
	Name     string
	Kind     string // Internal, Server, Client, Producer, Consumer, Unspecified
	Service  string // service.name
	Start    time.Time
	Duration time.Duration // never negative; a span that ends before it starts has 0

	Status        string // Unset, Ok, Error
	StatusMessage string

	ScopeName    string
	ScopeVersion string
	Resource     string // {"key":"value"}
	Attributes   string // {"key":"value"}
	Events       string // [{"t":unix ns,"name":…,"attrs":{…}}], "" for none
	Links        string // [{"trace":hex,"span":hex,"state":…,"attrs":{…}}], "" for none

	Business []Attr // the attributes (of span and resource) whose keys the catalogue asked for
	Ingested time.Time
	Hash     uint64 // of the content
}

// Log is one OTLP log record as it is stored; see Span for the conventions.
type Log struct {
	Tenant       string
	Time         time.Time // time, else observed time, else ingest time
	TraceID      TraceID
	SpanID       SpanID
	Flags        uint32
	Severity     uint8
	SeverityText string
	Service      string
	EventName    string
	Body         string // text as it is, anything else as JSON

	ScopeName      string
	ScopeVersion   string
	ScopeSchema    string
	ScopeAttrs     string // {"key":"value"}
	ResourceSchema string
	Resource       string
	Attributes     string

	Business []Attr
	Ingested time.Time
	Hash     uint64
}
