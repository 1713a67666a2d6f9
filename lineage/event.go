package lineage

import "time"

// EventKind says what kind of evidence an event was read from.
type EventKind uint8

// The kinds of evidence.
const (
	BusinessEvent EventKind = iota // a CloudEvent
	SpanEvent                      // a span that carries business ids
	LogEvent                       // a log record that carries business ids
	DecisionEvent                  // a Decision of a person: evidence of no object
)

func (k EventKind) String() string {
	switch k {
	case SpanEvent:
		return "span"
	case LogEvent:
		return "log"
	case DecisionEvent:
		return "decision"
	default:
		return "event"
	}
}

// Outcome is how the step that an event reports ended.
type Outcome string

// The outcomes that the rules know. Empty counts as OK.
const (
	OutcomeOK       Outcome = "ok"
	OutcomeFailed   Outcome = "failed"   // the step ended badly and nobody tries again
	OutcomeRetrying Outcome = "retrying" // this attempt failed, another will come
)

// Event is one immutable piece of evidence about business objects. Its identity
// is (tenant, source, id). Times are UTC; the zero time means "not told".
type Event struct {
	Tenant string
	Source string // CloudEvents source; for spans and logs "otel:" + service.name
	ID     string // unique within Source
	Kind   EventKind
	Type   string // CloudEvents type; span name; log event name

	Time     time.Time // when it happened, by its source's clock
	Recorded time.Time // when its source wrote it down (CloudEvents recordedtime)
	Ingested time.Time // when we took it in

	Refs       []Ref // refused values are not among them
	Relations  []Relation
	Equalities []Equality

	Stage   string
	Outcome Outcome
	Attempt int    // 1 for the first try; 0 when not told
	Reason  string // why it failed, in the source's words
	Answer  int    // status code with which the other side answered the step (HTTP's); 0 when not told
	Amount  Money  // of the subject, as the event tells it

	Correlation string // correlation id, a claim
	Causation   string // id of the causing event; a chain of them is a claim
	TraceID     TraceID
	SpanID      SpanID
	Links       []TraceID // of a span: the other traces that it goes on from; a chain of them is a claim

	Contract string // type and version of the contract that mapped it, "" for the conventions
	Payload  string // the CloudEvent's data, or the attributes, as JSON text
	Envelope string // of a CloudEvent: what its message says beside, as JSON text; "" in events from before it was kept. See received.go
	Hash     uint64 // of the content; tells a resend from another event under the same identity
}

// Happened is the time that rules go by: when the event happened by its source's
// clock, but no later than it was taken in. A clock that is fast makes no future.
func (e *Event) Happened() time.Time {
	if !e.Ingested.IsZero() && e.Ingested.Before(e.Time) {
		return e.Ingested
	}
	return e.Time
}

// Subject returns the object that the event is about, or the zero Object.
func (e *Event) Subject() Object {
	for _, r := range e.Refs {
		if r.Role == Subject {
			return r.Object
		}
	}
	return Object{}
}
