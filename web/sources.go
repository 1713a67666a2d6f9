package web

import (
	"context"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Lineage is the resident state of the transactions. Implementations MUST be
// safe for concurrent use, and what they return MUST NOT change afterwards.
type Lineage interface {
	// Search finds everything that carries the id q as a person typed it:
	// objects under their normalised ids, traces (type "trace") and correlation
	// ids (type "correlation"), in a stable order. Nothing found is an empty
	// list. Errors: Invalid for a q that cannot be an id.
	Search(ctx context.Context, tenant, q string) ([]lineage.Match, error)

	// Lookup finds the executions that hold an object. An object that nothing
	// names is an empty Answer. Lists MUST be in a stable order.
	Lookup(ctx context.Context, q lineage.ObjectQuery) (lineage.Answer, error)

	// List returns a page of executions, newest first. Errors: Invalid for a
	// cursor that it did not hand out.
	List(ctx context.Context, q lineage.ListQuery) (lineage.Page, error)

	// Overview returns the state of every flow that holds anything, in a stable
	// order. None means that nothing has been stitched yet.
	Overview(ctx context.Context, tenant string) ([]lineage.FlowOverview, error)

	// Subscribe hands over every change from now on. A change may be handed over
	// late or merged with others, but never lost while the channel is open. The
	// channel is closed when its reader is too slow, and after cancel.
	Subscribe(tenant string) (changes <-chan lineage.Change, cancel func())
}

// Traces is the store of spans. It may be away (kind Unavailable); pages say so
// and stand without it.
type Traces interface {
	// TraceSummaries counts the spans of traces. Traces of which nothing is
	// stored are left out. The order is free.
	TraceSummaries(ctx context.Context, tenant string, ids []lineage.TraceID) ([]lineage.TraceSummary, error)

	// Spans returns at most limit spans of the traces, by start time.
	Spans(ctx context.Context, tenant string, ids []lineage.TraceID, limit int) ([]lineage.Span, error)
}

// Quarantine lists what was acknowledged but could not be used, newest first.
type Quarantine interface {
	// Quarantine returns at most limit entries after cursor ("": from the
	// newest) and the cursor of the next page, "" on the last one. Of a large
	// payload it may return the beginning alone, with its whole Size: a page of
	// whole ones does not fit into memory. Errors: Invalid for a cursor that it
	// did not hand out.
	Quarantine(ctx context.Context, tenant string, limit int, cursor string) (list []lineage.Quarantined, next string, err error)
}

// Clocks is what is judged.
type Clocks interface {
	// ClocksOf returns the clocks of objects with the SLAs that they are judged by,
	// sorted by deadline and then by key.
	ClocksOf(ctx context.Context, tenant string, objects []lineage.Object) ([]slo.Reading, error)

	// Figures returns what the clocks of every SLA come to, sorted by name.
	Figures(ctx context.Context, tenant string) ([]slo.Figures, error)
}

// Incidents is what on-call looks after.
type Incidents interface {
	// Incidents returns a page of incidents, firing ones first, then the newest.
	// Errors: Invalid for a cursor that it did not hand out.
	Incidents(ctx context.Context, q slo.IncidentQuery) (slo.IncidentPage, error)

	// Incident returns one incident. Errors: NotFound.
	Incident(ctx context.Context, tenant, id string) (slo.Incident, error)

	// Acknowledge says who looks after an incident, and returns it as it is then.
	// Errors: Invalid, NotFound, and Conflict for one that is resolved.
	Acknowledge(ctx context.Context, tenant, id, owner, comment string) (slo.Incident, error)
}

// Queues are the queues between systems.
type Queues interface {
	// Queues returns the latest measurement of every queue; none when no broker is
	// watched. The order is free.
	Queues(ctx context.Context, tenant string) ([]lineage.Queue, error)
}

// Judged is the store of what happened to clocks. It may be away (kind Unavailable);
// pages say so and stand without it.
type Judged interface {
	// Transitions returns the first limit things that happened to a clock, in the
	// order in which they were noticed. The key's subject is the name that the
	// clock started with.
	Transitions(ctx context.Context, tenant string, key slo.Key, limit int) ([]slo.Transition, error)
}

// Trends is the store of measurements of queues. It may be away (kind Unavailable).
type Trends interface {
	// QueueTrend returns of every queue the deepest measurement of each step since a
	// moment, by time.
	QueueTrend(ctx context.Context, tenant string, since time.Time, step time.Duration) ([]lineage.Queue, error)
}

// Variants is the store of the ways that executions went. It may be away (kind
// Unavailable). Errors: Invalid for a query that makes no sense, and for a cursor
// that it did not hand out.
type Variants interface {
	// Variants returns the distinct sequences of stages of a flow, most frequent first.
	Variants(ctx context.Context, q lineage.VariantQuery) (lineage.Variants, error)

	// VariantExecutions returns a page of the executions behind them, newest first.
	VariantExecutions(ctx context.Context, q lineage.VariantListQuery, ofType string) (lineage.VariantPage, error)
}

// Stitching is the store as it knows how well things are put together. It may be away
// (kind Unavailable). Errors: Invalid for a window that is too long.
type Stitching interface {
	Stitchability(ctx context.Context, q lineage.StitchQuery) (lineage.Stitchability, error)
}

// Traffic is the store of what came in. It may be away (kind Unavailable).
type Traffic interface {
	// Traffic returns what events came in within a window, and what is in the payloads
	// of a sample of them. Errors: Invalid for a window that is empty or too long.
	Traffic(ctx context.Context, q lineage.TrafficQuery) (lineage.Traffic, error)
}

// StatusSource accounts for what came in.
type StatusSource interface {
	Status(ctx context.Context) (Status, error)
}

// Status is the account of the whole house.
type Status struct {
	Version   string
	Started   time.Time
	InFlight  int64 // records received and not yet stored
	Signals   []Signal
	Notes     []string // what an operator should know, in sentences
	Endpoints Endpoints
}

// Signal is the account of one signal: received = refused + quarantined +
// deduplicated + stored + what is in flight. All counts are of records, since
// the data directory was made or since the process started, as the source says.
type Signal struct {
	Signal       lineage.Signal
	Received     int64
	Refused      int64
	Quarantined  int64
	Deduplicated int64
	Stored       int64
	Stitched     int64
	Lag          time.Duration // how old the oldest record is that is not stitched yet
}

// Endpoints are the bound addresses that take records in, as host:port.
type Endpoints struct {
	OTLPHTTP string
	OTLPGRPC string
}
