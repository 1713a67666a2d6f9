package lineage

import "time"

// ExecutionRef names one execution.
type ExecutionRef struct {
	Flow   string
	Anchor Object
}

// Match is one object (or trace, or correlation id) that a search found.
type Match struct {
	Object     Object
	Executions []ExecutionRef // sorted by flow and anchor
}

// ObjectQuery asks for the executions that hold one object. Flow, System and
// Scope narrow when they are not empty.
type ObjectQuery struct {
	Tenant string
	Type   string // a type of the catalogue, or "trace", "correlation"
	ID     string // as a person typed it; it is normalised
	Flow   string
	System string
	Scope  string
}

// Answer is what is known of an object: the executions that it is in, and
// where no anchor reaches it, the unanchored ones.
type Answer struct {
	Executions []*Execution
	Unanchored []*Execution
}

// Summary is one execution in a list.
type Summary struct {
	Flow       string
	Anchor     Object
	Unanchored bool
	State      State
	Stage      string
	StartedAt  time.Time
	LastAt     time.Time
	EndedAt    time.Time
	Objects    int
	Events     int
}

// ListQuery asks for a page of executions of one flow, newest first.
type ListQuery struct {
	Tenant string
	Flow   string // empty: every flow but "transaction"
	State  State  // empty: any
	Stage  string // empty: any
	Limit  int    // 1 to 1000
	Cursor string // of the page before; empty for the first
}

// Page is one page of a list. Next is empty on the last one.
type Page struct {
	Executions []Summary
	Next       string
}

// StageCount counts the executions of a flow whose furthest stage is Stage, by state.
type StageCount struct {
	Stage     string // "" before the first
	Open      int
	Completed int
	Failed    int
	Retrying  int
	Observed  int // of a flow that names no stages
}

// Latency is a distribution of durations from the start of an execution to the
// end of its last stage, over executions completed within the period. Samples
// is how many there were; the quantiles are nearest-rank and zero without any.
type Latency struct {
	Samples int
	P50     time.Duration
	P95     time.Duration
	Max     time.Duration
}

// FlowOverview is the state of one flow, for the first page.
type FlowOverview struct {
	Flow       string
	Stages     []StageCount // in the order of the flow
	Latency    Latency      // over the last hour
	Previous   Latency      // over the hour before
	Unanchored int
	Total      int
	Trend      []Latency // by minute, oldest first; the last is the current minute
	Latest     []Summary // at most 20
}

// Change says that executions have changed; the page of any of them is stale.
type Change struct {
	Tenant     string
	Executions []ExecutionRef
}

// TraceSummary counts the spans of one trace.
type TraceSummary struct {
	TraceID  TraceID
	Spans    int
	Errors   int
	Services []string // sorted
	Start    time.Time
	End      time.Time
}
