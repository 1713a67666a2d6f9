package stitcher

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config is what a user may set.
type Config struct {
	Dir      string        // where the checkpoint is kept
	Writer   string        // identity of the journal that feeds it
	Tenant   string        // whose evidence it stitches
	Resident int           // events that are kept in memory, as far as closed executions are made of them; 0 means 1,000,000
	Tick     time.Duration // between recomputations; 0 means 100 ms
	Flush    time.Duration // between writes to the store; 0 means 1 s

	unsettled uint64 // events that a start brings back, before it is worth to count them; 0 means 20,000
}

// Store keeps the evidence and the executions.
type Store interface {
	// EventCount returns how many events EventsSince reads.
	EventCount(ctx context.Context, tenant string) (uint64, error)
	// EventsSince hands every stored event of a tenant to yield, by writer, block
	// and row, and stops with its error.
	EventsSince(ctx context.Context, tenant string, yield func(writer string, block uint64, e *lineage.Event) error) error
	// SaveExecutions stores whole replacements of live executions, and that others
	// are gone; the greatest version of an execution counts.
	SaveExecutions(ctx context.Context, tenant string, version uint64, live []*lineage.Execution, gone []lineage.ExecutionRef) error
	// ExecutionsVersion returns the greatest version among the stored executions.
	ExecutionsVersion(ctx context.Context, tenant string) (uint64, error)
	// ExecutionsSince hands to yield which executions have a row of a greater version,
	// gone ones too.
	ExecutionsSince(ctx context.Context, tenant string, version uint64, yield func(lineage.ExecutionRef)) error
	// RetireExecutions stores that every execution is gone whose version is less.
	RetireExecutions(ctx context.Context, tenant string, version uint64) error
	// SaveQuarantine stores entries; one with an ID that is there changes nothing.
	SaveQuarantine(ctx context.Context, entries []lineage.Quarantined) error
	// SaveAudit stores entries; one of an object and turn that is there changes nothing.
	SaveAudit(ctx context.Context, entries []lineage.AuditEntry) error
	// Audited returns the last entry of every object.
	Audited(ctx context.Context, tenant string) ([]lineage.AuditEntry, error)
	// Evidence returns every stored event that is asked for, with whatever else came
	// under its id. Of ids those count that are of objects of some types, or that an
	// equality states.
	Evidence(ctx context.Context, tenant string, m lineage.Missing, types []string) ([]lineage.Stored, error)
	// Find returns where an id was seen, the latest first: at most limit places.
	Find(ctx context.Context, tenant, id string, limit int, cursor string) ([]lineage.Identifier, string, error)
	// Summaries returns the stored state of those executions that are there.
	Summaries(ctx context.Context, tenant string, refs []lineage.ExecutionRef) ([]lineage.Summary, error)
	// Executions returns a page of the stored executions, newest first.
	Executions(ctx context.Context, q lineage.ListQuery) (lineage.Page, error)
	// EvidenceNumbers hands to yield the numbers that stored evidence is found by, in no
	// order, and of how many events the number of their id was among them. It is used again.
	EvidenceNumbers(ctx context.Context, tenant string, yield func(numbers []uint64, events int) error) error
	// Outlines hands to yield how every stored execution stands, in no order, and what it
	// awaits. Both are used again.
	Outlines(ctx context.Context, tenant string, yield func(*lineage.Summary, []lineage.Awaited) error) error
	// Loose hands to yield the members of every stored execution that no anchor reaches, and
	// whether there are more of them.
	Loose(ctx context.Context, tenant string, yield func(ref lineage.ExecutionRef, members []lineage.Object, cut bool) error) error
	// Chained counts the stored events that name a cause or link to other traces.
	Chained(ctx context.Context, tenant string) (uint64, error)
	// Unsettled hands to yield, as EventsSince does, decisions, what is on chains of causes
	// and of links, and what came by a writer after a block.
	Unsettled(ctx context.Context, tenant, writer string, block uint64, yield func(writer string, block uint64, e *lineage.Event) error) error
	// LastHeard returns when the latest event of each of some sources came in.
	LastHeard(ctx context.Context, tenant string, sources []string) (map[string]time.Time, error)
}

// Recorder keeps decisions. Decide returns nil only once one is durable; it is then fed
// to the stitcher among the events, as one of kind DecisionEvent.
type Recorder interface {
	Decide(ctx context.Context, d lineage.Decision) error
}

// Listener is told of every execution as it comes to be. It is called by one at a time,
// mostly under the stitcher's lock, so it takes what it needs and returns at once.
type Listener interface {
	// Anew says by which catalogue is told from now on. What was told by another is void:
	// everything is told again. So it is after a start, unless the listener Holds it.
	Anew(cat *lineage.Catalogue)
	// Void says, before Anew, that what was told may not follow from what is stored, whatever
	// the catalogue.
	Void()
	// Holds tells whether all that was told by a catalogue, up to Kept, will not be lost.
	// Then a start need not tell of anything but what has changed since.
	Holds(cat *lineage.Catalogue) bool
	// Ahead returns the executions that it holds something of which was told as of later than
	// a block: at a start, not all of that follows from the events that are stored.
	Ahead(block uint64) ([]lineage.ExecutionRef, error)
	// Settled says that Ahead will not be asked of any earlier block.
	Settled(block uint64)
	// Execution tells how one stands now, or with nil that it is gone. x MUST NOT
	// be changed, and must not be kept either: it is written out for the moment.
	Execution(ref lineage.ExecutionRef, x *lineage.Execution)
	// Forget says that an execution is let go of: it is told again, whole, when it
	// changes.
	Forget(ref lineage.ExecutionRef)
	// Through says that all is told which follows from the events up to a block.
	// What was told since the last call belongs together.
	Through(block uint64)
	// Kept returns the last block of which all that follows is durable with the
	// listener. What follows from later ones is told again at the next start.
	Kept() uint64
}

// Deps is what the stitcher needs of the house.
type Deps struct {
	Catalogue  *lineage.Catalogue
	Store      Store
	Stored     func() uint64         // the last block of the journal that is stored, with all before; nil: nothing leaves memory
	Listener   Listener              // nil: nobody is told
	Recorder   Recorder              // nil: no decisions are taken
	Log        *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil keeps the metrics to itself
	Now        func() time.Time      // nil means time.Now
}

// nobody listens.
type nobody struct{}

func (nobody) Anew(*lineage.Catalogue)                            {}
func (nobody) Execution(lineage.ExecutionRef, *lineage.Execution) {}
func (nobody) Forget(lineage.ExecutionRef)                        {}
func (nobody) Through(uint64)                                     {}
func (nobody) Holds(*lineage.Catalogue) bool                      { return true }
func (nobody) Ahead(uint64) ([]lineage.ExecutionRef, error)       { return nil, nil }
func (nobody) Void()                                              {}
func (nobody) Settled(uint64)                                     {}
func (nobody) Kept() uint64                                       { return math.MaxUint64 }

func (c *Config) fill() {
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.Resident == 0 {
		c.Resident = 1_000_000
	}
	if c.Tick == 0 {
		c.Tick = 100 * time.Millisecond
	}
	if c.Flush == 0 {
		c.Flush = time.Second
	}
	if c.unsettled == 0 {
		c.unsettled = 20_000
	}
}

func (d *Deps) fill() error {
	const op = "new stitcher"
	if d.Catalogue == nil {
		return lineage.Errorf(lineage.Internal, op, "a catalogue is required")
	}
	if d.Store == nil {
		return lineage.Errorf(lineage.Internal, op, "a store is required")
	}
	if d.Listener == nil {
		d.Listener = nobody{}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Registerer == nil {
		d.Registerer = prometheus.NewRegistry()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return nil
}
