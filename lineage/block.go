package lineage

import "time"

// Signal is what a record carries.
type Signal uint8

// The signals that the collector takes in.
const (
	Traces Signal = iota + 1
	Logs
	Events
)

func (s Signal) String() string {
	switch s {
	case Traces:
		return "traces"
	case Logs:
		return "logs"
	case Events:
		return "events"
	default:
		return "unknown"
	}
}

// Quarantined is something that was acknowledged but could not be used: its
// bytes, and why. A mended contract can be applied to it again.
type Quarantined struct {
	Tenant   string
	ID       string // stable: the same thing quarantined twice has one id
	Signal   Signal
	Source   string
	EventID  string
	Type     string
	Reason   string // a sentence that names the field and the fix
	Payload  []byte // of a list: its beginning
	Size     int    // of a list: bytes of the whole payload
	Ingested time.Time
}

// Identifier says where one id was seen: the row of the index that answers
// "any id". Rows are deduplicated per trace, object and block.
type Identifier struct {
	Tenant  string
	Object  Object // ID normalised; System and Scope may be empty
	Kind    EventKind
	TraceID TraceID
	Source  string // of the event, or the service
	EventID string // "" for spans and logs
	Time    time.Time
}

// Claim is what the event that names it is asked for by.
func (i *Identifier) Claim() ClaimKey {
	if i.EventID == "" {
		return ClaimKey{TraceClaim, i.TraceID.Hex()}
	}
	return ClaimKey{EventClaim, i.EventID}
}

// Block is one cut of a journal: the rows that are stored together, exactly
// once. (Writer, ID) is its identity and every row carries it with its own
// position, so that after an unclear end the store can be asked what is there.
type Block struct {
	Writer string // the journal's identity
	ID     uint64 // rising within Writer
	Day    time.Time

	Spans       []Span
	Logs        []Log
	Events      []Event
	Identifiers []Identifier
	Quarantine  []Quarantined
}

// Rows counts the rows of a block, over all tables.
func (b *Block) Rows() int {
	return len(b.Spans) + len(b.Logs) + len(b.Events) + len(b.Identifiers) + len(b.Quarantine)
}

// Identity is what tells a resend from something new. Which fields are set
// depends on the signal: TraceID and SpanID for Traces, Source and ID for
// Events, neither for Logs, whose content is all that they have.
type Identity struct {
	Block   uint64
	Tenant  string
	TraceID TraceID
	SpanID  SpanID
	Source  string
	ID      string
	Hash    uint64
}
