package lineage

import "time"

// TrafficQuery asks what events came in within a window, by the time of arrival.
type TrafficQuery struct {
	Tenant string
	From   time.Time
	To     time.Time // not included
}

// Traffic is what came in within a window.
type Traffic struct {
	From, To time.Time
	AsOf     time.Time
	Kinds    []TrafficKind // the most frequent first
	Refused  []RefusedKind // of events, the most frequent first
	More     int           // further kinds that are not listed
}

// TrafficKind are the events of one type from one source that one contract has read,
// and what is in the payloads of a sample of them.
type TrafficKind struct {
	Source   string
	Type     string
	Contract string // as Event.Contract: type and version, "" for the conventions
	Events   int
	First    time.Time // by arrival
	Last     time.Time

	Sampled int // events whose payloads were looked at
	Unread  int // of these, too large or not to be taken apart
	Cut     bool
	Paths   []SeenPath // sorted by place and type
}

// SeenPath is a place in payloads at which a value of one type was seen. Of a long
// list or a large object the beginning alone was looked at.
type SeenPath struct {
	Place  string // JSON pointer, * stands for any element of a list; "" is the whole payload
	Type   string // object, array, string, integer, number, boolean or null
	Times  int    // values
	Events int    // events that have at least one
}

// RefusedKind are the events of one type from one source that were quarantined within a
// window.
type RefusedKind struct {
	Source string
	Type   string
	Events int
	Reason string // of the latest
	Last   time.Time
}
