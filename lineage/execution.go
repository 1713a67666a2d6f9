package lineage

import (
	"slices"
	"time"
)

// State is where an execution, or one of its stages, stands.
type State string

// States of executions and of stages.
const (
	StateObserved  State = "observed"  // the flow defines no stages, so nothing is owed
	StateOpen      State = "open"      // an execution with stages still to come
	StateCompleted State = "completed" // every stage is done
	StateFailed    State = "failed"    // a stage failed and nobody is trying again
	StateRetrying  State = "retrying"  // the last attempt failed, another is due
	StatePending   State = "pending"   // a stage that has not begun
	StatePartial   State = "partial"   // a stage that some of its objects have reached
	StateDone      State = "done"      // a stage that is complete
	StateAmbiguous State = "ambiguous" // a stage of amounts that the evidence does not settle; its Reason says why and how to mend it
)

// ClaimState is what became of a claim in one flow.
type ClaimState string

// The states of a claim.
const (
	Claimed   ClaimState = "claimed"   // exactly one anchor: everything that carries it belongs to that execution
	Pending   ClaimState = "pending"   // no anchor yet
	Ambiguous ClaimState = "ambiguous" // several anchors, or too much: it joins nothing
)

// Claim is one correlation id, trace or causation, as "kind:value", and its state.
type Claim struct {
	Claim string
	State ClaimState
}

// Member is one object of an execution, under its canonical name.
type Member struct {
	Object      Object
	Aliases     []Object // the other ids of the same object
	Rank        int
	Leaf        bool
	Placeholder bool  // it was named, but has no event of its own
	Amount      Money // of the latest event about it that tells one

	Elsewhere Elsewhere `json:"-"` // what else its amount may belong to; told in flows with stages of amounts
}

// Evidence names what an edge was read from.
type Evidence struct {
	Kind   EventKind
	Source string
	ID     string
}

// Edge is a relation between two members with everything that says so.
type Edge struct {
	From, To  Object
	Qualifier string
	Evidence  []Evidence

	Allocations []Allocation `json:",omitempty"` // how much of one's amount goes to the other; the last one holds
}

// Stage is one stage of an execution. First and Last are the earliest and the
// latest event of the stage; Attempts the highest attempt told, or the number
// of its events that report a try.
type Stage struct {
	Name     string
	Type     string // of the objects that go through it
	By       string `json:"-"` // of the objects whose events say so; empty means Type
	State    State
	First    time.Time
	Last     time.Time
	Attempts int
	Reason   string     // of the last failure; of an ambiguous stage, what is not known
	DoneAt   time.Time  // when its rule was first met, by what had been named until then; nothing later takes it away
	Progress []Progress `json:"-"` // of the objects that have gone through, sorted

	// Of a stage that is complete by its amount: what is certain to have gone through,
	// and what is to be reached. Zero where it is not known.
	Covered Money `json:",omitzero"`
	Target  Money `json:",omitzero"`
}

// Short returns how much is missing until a stage of amounts is complete: nothing,
// with its currency, once it is, and the zero Money where it is not known.
func (s *Stage) Short() Money {
	if s.State == StateAmbiguous {
		return Money{}
	}
	if reaches(s.Covered, s.Target) {
		return Money{0, s.Target.Currency}
	}
	short, _ := s.Target.Minus(s.Covered)
	return short
}

// Progress says when one object went through a stage for the first time.
type Progress struct {
	Object Object
	DoneAt time.Time
}

// Reached returns when an object went through a stage, or for one of another type
// than the stage's, when the stage was done. The zero time means not yet, or no
// such stage.
func (x *Execution) Reached(stage string, o Object) time.Time {
	for i := range x.Stages {
		s := &x.Stages[i]
		if s.Name != stage {
			continue
		}
		for _, p := range s.Progress {
			if p.Object == o {
				return p.DoneAt
			}
		}
		if s.Type == o.Type {
			return time.Time{}
		}
		return s.DoneAt
	}
	return time.Time{}
}

// GoesThrough tells whether objects like o go through a stage themselves.
func (x *Execution) GoesThrough(stage string, o Object) bool {
	return slices.ContainsFunc(x.Stages, func(s Stage) bool { return s.Name == stage && s.Type == o.Type })
}

// HasStage tells whether the flow of the execution has a stage of that name.
func (x *Execution) HasStage(name string) bool {
	return slices.ContainsFunc(x.Stages, func(s Stage) bool { return s.Name == name })
}

// Execution is "the transaction": what one flow makes of the evidence around
// one anchor. It is a view; the same object may be in several. All lists are in
// a stable order: members by (rank, type, id), events by (time, source, id).
type Execution struct {
	Tenant     string
	Flow       string
	Anchor     Object
	Unanchored bool // no anchor reaches these objects; Anchor is then their root
	State      State
	Stage      string // the furthest stage that has begun
	Truncated  bool
	Members    []Member
	Edges      []Edge
	Claims     []Claim
	Events     []*Event // shared: must not be changed
	Stages     []Stage
	StartedAt  time.Time
	LastAt     time.Time
	EndedAt    time.Time // of the last stage, once completed
}
