package otlp

// Limits bound what one request may hold, whatever its size on the wire. A
// bound of zero or less allows none of its kind.
type Limits struct {
	Depth          int   // of an AnyValue in arrays and key-value lists; more than 100 counts as 100
	Resources      int   // resourceSpans or resourceLogs
	Scopes         int   // scopeSpans or scopeLogs
	Items          int   // spans or log records
	Nodes          int   // attributes of everything together, with the elements of arrays and lists
	AttributesEach int   // the same, of one resource, scope, span or log record
	Events         int   // of all spans together
	Links          int   // of all spans together
	Text           int   // bytes of one text, or of one attribute with all that is in it
	Shared         int64 // bytes of resources and scopes, counted once for every span or record that they describe
}

// DefaultLimits allow what a body of 64 MiB of real spans holds, which is far
// more than an SDK or a Collector sends in one request.
// What is decoded from one takes at most about seven times its bytes, if all of
// them are control characters that JSON writes with six letters, and some tens
// of megabytes, if it is full of empty messages. Of a real one it takes less
// than its bytes again.
func DefaultLimits() Limits {
	return Limits{
		Depth:          40,
		Resources:      200_000,
		Scopes:         200_000,
		Items:          200_000,
		Nodes:          3_000_000,
		AttributesEach: 10_000,
		Events:         200_000,
		Links:          200_000,
		Text:           4 << 20,
		Shared:         512 << 20,
	}
}

// deepest is the depth that no limit raises: readers recurse.
const deepest = 100

func (l Limits) depth() int { return min(l.Depth, deepest) }

// Counts is what a scan found.
type Counts struct {
	Resources  int
	Scopes     int
	Items      int // spans or log records
	Attributes int // with the elements of arrays and lists
	Events     int
	Links      int
}

// tally names one count.
type tally uint8

const (
	uncounted tally = iota
	resources
	scopes
	items
	attributes
	events
	links
	tallies // how many there are
)

func (t tally) String() string {
	switch t {
	case resources:
		return "resources"
	case scopes:
		return "scopes"
	case items:
		return "spans or log records"
	case attributes:
		return "attributes"
	case events:
		return "events"
	case links:
		return "links"
	default:
		return "fields"
	}
}

// budget counts against the limits.
type budget struct {
	used  [tallies]int
	limit [tallies]int
}

func newBudget(l Limits) budget {
	return budget{limit: [tallies]int{
		uncounted: int(^uint(0) >> 1),
		resources: l.Resources, scopes: l.Scopes, items: l.Items,
		attributes: l.Nodes, events: l.Events, links: l.Links,
	}}
}

// add counts one and tells whether that is still allowed.
func (b *budget) add(t tally) bool {
	b.used[t]++
	return b.used[t] <= b.limit[t]
}

// over is the fault of one too many.
func (b *budget) over(t tally) *fault {
	return tooLarge("is one more than the %d %s that a request may hold: send smaller batches", b.limit[t], t)
}

// tooMany is the fault of a resource, scope, span or log record.
func tooMany(n, each int) *fault {
	return tooLarge("has %d attributes; at most %d are taken", n, each)
}

func (b *budget) counts() Counts {
	return Counts{
		Resources: b.used[resources], Scopes: b.used[scopes], Items: b.used[items],
		Attributes: b.used[attributes], Events: b.used[events], Links: b.used[links],
	}
}
