package lineage

import (
	"slices"
	"strings"
	"time"
)

// StitchQuery asks how well can be stitched what came in within a window.
type StitchQuery struct {
	Tenant  string
	From    time.Time // of taking in, inclusive
	To      time.Time // exclusive; after From
	Flows   []string  // an event in an anchored execution of one of them is reached
	Anchors []string  // the types that these are anchored on
	Context []string  // the types that make no lineage
	Keys    []string  // attributes of spans that should hold ids
}

// StitchQuery returns the question about a window, as the catalogue knows it. Without
// any flow of its own, what has a correlation id is reached by the built-in one.
func (c *Catalogue) StitchQuery(tenant string, from, to time.Time) StitchQuery {
	q := StitchQuery{Tenant: tenant, From: from, To: to, Flows: []string{}, Anchors: []string{}, Context: []string{}, Keys: []string{}}
	for _, f := range c.Flows() {
		q.Flows = append(q.Flows, f.Name)
		if !slices.Contains(q.Anchors, f.Anchor) {
			q.Anchors = append(q.Anchors, f.Anchor)
		}
	}
	if len(q.Flows) == 0 {
		q.Flows = append(q.Flows, TransactionFlow)
	}
	for name, t := range c.def.Types {
		if t.Class != Business {
			q.Context = append(q.Context, name)
		}
	}
	for _, key := range c.Keys() {
		if strings.HasSuffix(strings.ToLower(key), "id") {
			q.Keys = append(q.Keys, key)
		}
	}
	slices.Sort(q.Context)
	slices.Sort(q.Keys)
	return q
}

// Stitchability is what is known of a window. Where much came in, only what came since
// SpansFrom and EventsFrom was looked at, and of that one trace, or event or id, in
// SpansEvery and EventsEvery: all counts but Spans and Events are of this sample.
type Stitchability struct {
	From, To    time.Time
	Settled     time.Time // children that came in since are not judged: their parents may still come
	AsOf        time.Time
	Spans       int // that began within the window
	Events      int // that came in within it, of any kind
	SpansFrom   time.Time
	EventsFrom  time.Time
	SpansEvery  int
	EventsEvery int
	Sources     []SourceStitching  // the ones with the most events first
	Services    []ServiceStitching // the ones with the most spans first
	Calls       []Calls
	Entries     []Entries
	Claims      []LyingClaims
	Spellings   []Spelling
	Refusals    []Refusal
	Adrift      []Adrift
}

// SourceStitching is what became of the events of one source: each is Reached, Named,
// Claiming or Mute.
type SourceStitching struct {
	Kind       EventKind
	Source     string
	Events     int
	Correlated int  // carry a correlation id
	Reached    int  // in an execution with an anchor
	Named      Lost // name a business object, which no anchor reaches
	Claiming   Lost // carry a correlation id or trace alone, which no anchor claims
	Mute       Lost // carry neither
}

// Lost are events that no anchor reaches, with what they have in common.
type Lost struct {
	Events  int
	Type    string // the most frequent event type among them
	Example Object // that one of them names: type and id; a trace or correlation id; of a mute one its own id alone
}

// ServiceStitching is what became of the spans of one service.
type ServiceStitching struct {
	Service  string
	Spans    int
	Named    int // in a trace that names a business object or a correlation id
	Naming   int // that name one themselves
	Roots    int // without a parent
	Children int // with one, and settled
	Orphans  int // of these, those whose parent never came

	Nameless TraceID // of a span that is not Named
	Orphaned TraceID // of an orphan
}

// Calls are the calls of one service to one target: client spans to an address, or
// producer spans to a destination.
type Calls struct {
	Caller    string
	Messaging bool
	Target    string
	Calls     int
	Continued int            // with a server or consumer span of another service below them, or linked to them
	Callees   map[string]int // how many of these, by that service
	Broken    TraceID        // of a call that is not continued
}

// Entries are the server or consumer spans of one service that were reached under one
// address or destination.
type Entries struct {
	Service   string
	Messaging bool
	Target    string
	Entries   int
	Roots     int // that begin a trace and link to none
}

// LyingClaims are the correlation ids or traces of one source that name several
// anchors, so that they join nothing.
type LyingClaims struct {
	Kind    EventKind
	Source  string
	What    string // "correlation" or "trace"
	IDs     int    // that the source uses
	Lying   int    // of these, those that name several anchors
	Events  int    // of the source that carry one of the lying
	Example string // the one that names the most
	Anchors int    // that it names, by their system's own ids
	Type    string // of the anchors
}

// Spelling says that sources spell the ids of one type in different ways.
type Spelling struct {
	Type, System string
	How          string   // "salesforce": 15 letters and 18; else "spelling"
	Pairs        int      // ids with more than one spelling
	Example      []string // the spellings of one of them
	Sources      []string // that use them
}

// Refusal says that a source sends values that stand for no id.
type Refusal struct {
	Kind    EventKind // BusinessEvent: events in quarantine; SpanEvent: attributes
	Source  string    // or the service
	Key     string    // the attribute, or the type of the events
	Told    int       // values of the attribute; 0 for events
	Useless int
	Example string // such a value, or the id of such an event
}

// Adrift are the objects of one type that no anchor of a flow reaches, of executions that
// started within the window.
type Adrift struct {
	Flow    string
	Type    string
	Objects int
	Example string // id of the oldest
	Since   time.Time
}
