package lineage

import (
	"cmp"
	"encoding/hex"
)

// ObservedPlace is where a span or log record stands among those of its tenant: within
// a stretch of time by its trace or service, and then by its place.
type ObservedPlace struct {
	Bucket int64 // when the stretch begins, in seconds since 1970
	Key    string
	At     int64 // of a log record: its time, in nanoseconds since 1970
	Place
}

// Compare orders such places.
func (p ObservedPlace) Compare(q ObservedPlace) int {
	return cmp.Or(cmp.Compare(p.Bucket, q.Bucket), cmp.Compare(p.Key, q.Key), cmp.Compare(p.At, q.At), p.Place.Compare(q.Place))
}

// Observed is a stored span or log record with the event that was read from it.
type Observed struct {
	ObservedPlace
	Span  *Span // one of the two
	Log   *Log
	ID    string  // of the event that it would be
	Event *Stored // as it is mapped now; nil: it was none yet
}

// Map maps it anew. It returns false when it says nothing of business.
func (o *Observed) Map(c *Catalogue) (Event, bool) {
	if o.Span != nil {
		o.Span.Business = c.Business(o.Span.Attributes, o.Span.Resource)
		if len(o.Span.Business) == 0 {
			return Event{}, false
		}
		return c.FromSpan(o.Span)
	}
	o.Log.Business = c.Business(o.Log.Attributes, o.Log.Resource)
	return c.FromLog(o.Log)
}

// Hex is the trace id as 32 hex digits, also of none.
func (t TraceID) Hex() string { return hex.EncodeToString(t[:]) }
