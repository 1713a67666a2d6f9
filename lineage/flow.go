package lineage

import "cmp"

// Class says what an object's type is good for.
type Class string

// The classes of types (DESIGN §2).
const (
	Business  Class = "business"  // makes lineage
	Context   Class = "context"   // customer, product, user: searchable, never crossed
	Technical Class = "technical" // correlation, trace, message, batch: claims
)

// CorrelationType is the type under which correlation ids are searched, and
// the anchor type of the built-in flow.
const CorrelationType = "correlation"

// TraceType is the type under which trace ids are searched.
const TraceType = "trace"

// TransactionFlow is the built-in flow that is anchored on the correlation id
// and gives a lineage with no catalogue at all.
const TransactionFlow = "transaction"

// Type is what the catalogue says of one object type.
type Type struct {
	Class     Class      `yaml:"class" json:"class"`
	System    string     `yaml:"system" json:"system"`       // the issuer when an event does not name one
	Normalise Normaliser `yaml:"normalise" json:"normalise"` // of ids issued by System

	// Scope is the type of what an id is unique within, such as supplier for the
	// numbers of suppliers' invoices. An id that comes without its scope names
	// nothing: it would join what only happens to have the same number.
	Scope string `yaml:"scope" json:"scope,omitempty"`

	// Refuse are values that are no ids, beside those that no type takes: texts,
	// without regard to case, and /regular expressions/ (RE2).
	Refuse []string `yaml:"refuse" json:"refuse,omitempty"`
}

// Qualifier says what a role or relation connects: objects of which types it goes
// from and to. Empty lists are any. It is for check to tell a misspelt one; events
// may use any other.
type Qualifier struct {
	From []string `yaml:"from" json:"from"`
	To   []string `yaml:"to" json:"to"`
}

// Flow says what a transaction is: where it is anchored, which types lie up
// and down stream of the anchor, and which stages it goes through.
type Flow struct {
	Name       string         `yaml:"name" json:"name"`
	Version    int            `yaml:"version" json:"version"`
	Anchor     string         `yaml:"anchor" json:"anchor"`
	Ranks      map[string]int `yaml:"ranks" json:"ranks"`
	Leaf       []string       `yaml:"leaf" json:"leaf"`
	SameType   []string       `yaml:"same_type" json:"same_type"`     // qualifiers crossed between equal ranks
	MaxObjects int            `yaml:"max_objects" json:"max_objects"` // of an execution; 0 means 500
	MaxClaimed int            `yaml:"max_claimed" json:"max_claimed"` // of one type, by one claim; 0 means 50
	Stages     []StageRule    `yaml:"stages" json:"stages"`
}

// The caps of a flow that names none.
const (
	usualObjects = 500
	usualClaimed = 50
)

func (f *Flow) maxObjects() int { return cmp.Or(f.MaxObjects, usualObjects) }

func (f *Flow) maxClaimed() int { return cmp.Or(f.MaxClaimed, usualClaimed) }

// StageRule says which events report a stage and when it is complete.
type StageRule struct {
	Name     string     `yaml:"name" json:"name"`
	Type     string     `yaml:"type" json:"type"`         // of the objects that go through the stage
	By       string     `yaml:"by" json:"by"`             // of the objects whose events say so; empty means Type
	Complete Completion `yaml:"complete" json:"complete"` // empty means any
	Count    int        `yaml:"count" json:"count"`       // for Complete == count

	// For Complete == amount.
	Of      string `yaml:"of" json:"of,omitempty"`           // of the objects whose amounts are added: Type, if empty, or By
	Against string `yaml:"against" json:"against,omitempty"` // of the objects whose amounts are to be reached; empty means the anchor's
}

// Completion is the rule by which a stage is complete.
type Completion string

// The completion rules.
const (
	CompleteAny   Completion = "any"   // one object has gone through
	CompleteAll   Completion = "all"   // every object of the type in the execution has
	CompleteCount Completion = "count" // at least Count objects have

	// CompleteAmount: as much as the anchor is over has. Objects that belong to other
	// anchors too count by their allocations; without, the stage is ambiguous.
	CompleteAmount Completion = "amount"
)

// Guard bounds how many objects of type To one object of type Type may be
// related to. One that exceeds it is quarantined: searchable, not crossed.
type Guard struct {
	Type string `yaml:"type" json:"type"`
	To   string `yaml:"to" json:"to"`
	Max  int    `yaml:"max" json:"max"`
}
