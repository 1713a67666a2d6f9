package lineage

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// DecisionSource is the source of the events as which decisions are kept. It is ours
// alone: an event of a stranger under it would be a decision that nobody took.
const DecisionSource = "urn:throughline:decisions"

// decisionType begins the type of such an event; the kind of the decision ends it.
const decisionType = "throughline.decision."

// Reserved returns the attribute by which a CloudEvent claims to be a decision, and
// "" for one that does not.
func (ce *CloudEvent) Reserved() string {
	switch {
	case ce.Source == DecisionSource:
		return "source"
	case strings.HasPrefix(ce.Type, decisionType):
		return "type"
	default:
		return ""
	}
}

// Refuse returns the error, of kind Invalid, for an event of a stranger that claims to
// be a decision, and nil for any other.
func (ce *CloudEvent) Refuse() error {
	const op = "take in CloudEvent"
	switch ce.Reserved() {
	case "source":
		return Errorf(Invalid, op, "source is %q, under which only decisions are kept that people take on the pages or by the API; send another source", ce.Source)
	case "type":
		return Errorf(Invalid, op, "type is %q, and %q begins those of decisions that people take on the pages or by the API; send another type", clip(ce.Type), decisionType)
	default:
		return nil
	}
}

// decisionJSON is a decision as its event's data has it.
type decisionJSON struct {
	ID      string       `json:"id"`
	Kind    DecisionKind `json:"kind"`
	A       objectJSON   `json:"a,omitzero"`
	B       objectJSON   `json:"b,omitzero"`
	Source  string       `json:"source,omitempty"`
	EventID string       `json:"event_id,omitempty"`
	Revokes string       `json:"revokes,omitempty"`

	Catalogue string `json:"catalogue,omitempty"`

	By      string    `json:"by"`
	Comment string    `json:"comment"`
	At      time.Time `json:"at"`
}

type objectJSON struct {
	Type   string `json:"type"`
	System string `json:"system,omitempty"`
	Scope  string `json:"scope,omitempty"`
	ID     string `json:"id"`
}

// CloudEvent writes a decision as the structured event as which it is kept. The error,
// of kind Invalid, says what the decision lacks.
func (d *Decision) CloudEvent() ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	at := d.At.UTC().Format(time.RFC3339Nano)
	raw, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": d.ID, "source": DecisionSource, "type": decisionType + string(d.Kind), "time": at, "recordedtime": at,
		"data": decisionJSON{d.ID, d.Kind, objectJSON(d.A), objectJSON(d.B), d.Source, d.EventID, d.Revokes, d.Catalogue, d.By, d.Comment, d.At.UTC()},
	})
	if err != nil {
		return nil, E(Internal, "write decision", err)
	}
	return raw, nil
}

// FromDecision reads the event as which a decision is kept. It names what the decision
// is about, so that it is found by it, and is no evidence of anything. The error, of
// kind Invalid, says what is wrong with it.
func FromDecision(tenant string, ce *CloudEvent, ingested time.Time) (Event, error) {
	e := Event{
		Tenant: tenant, Source: ce.Source, ID: ce.ID, Kind: DecisionEvent, Type: ce.Type,
		Time: ce.Time, Recorded: ce.Recorded, Ingested: ingested, Payload: string(ce.Data), Hash: xxhash.Sum64(ce.Raw),
	}
	d, err := e.Decision()
	if err != nil {
		return Event{}, err
	}
	if ce.Source != DecisionSource || ce.ID != d.ID || ce.Type != decisionType+string(d.Kind) {
		return Event{}, Errorf(Invalid, "read decision", "source, id and type are %q, %q and %q, and the data tells another decision", ce.Source, ce.ID, ce.Type)
	}
	for _, o := range []Object{d.A, d.B, {Type: "event", ID: d.EventID}, {Type: "decision", ID: d.Revokes}, {Type: "catalogue", ID: d.Catalogue}} {
		if o.ID != "" {
			e.Refs = append(e.Refs, Ref{Object: o, Role: Mentions})
		}
	}
	return e, nil
}

// Decision returns the decision that an event of kind DecisionEvent is. The error, of
// kind Invalid, says why it is none.
func (e *Event) Decision() (Decision, error) {
	const op = "read decision"
	var w decisionJSON
	if e.Kind != DecisionEvent {
		return Decision{}, Errorf(Invalid, op, "it is kept as %s %q; want a decision", e.Kind, e.ID)
	}
	if err := json.Unmarshal([]byte(e.Payload), &w); err != nil {
		return Decision{}, Errorf(Invalid, op, "data is no decision: %s", jsonReason(err))
	}
	d := Decision{
		Tenant: e.Tenant, ID: w.ID, Kind: w.Kind, A: Object(w.A), B: Object(w.B), Source: w.Source, EventID: w.EventID, Revokes: w.Revokes, Catalogue: w.Catalogue,
		By: w.By, Comment: w.Comment, At: w.At.UTC(),
	}
	return d, d.Check()
}

// The measures of what a person says of a decision, in characters.
const (
	maxBy      = 100
	maxComment = 1000
)

// Sign writes who decides, and why, into a decision, without the blanks around it. The
// error, of kind Invalid, says what cannot be taken: others read both, so neither may
// hold what changes how the text around it is read.
func (d *Decision) Sign(by, comment string) error {
	by, comment = strings.TrimSpace(by), strings.TrimSpace(comment)
	fail := func(format string, args ...any) error { return Errorf(Invalid, "sign decision", format, args...) }
	unseen := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
	odd := func(r rune) bool { return unseen(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case !utf8.ValidString(by) || !utf8.ValidString(comment):
		return fail("by and comment must be valid UTF-8")
	case by == "":
		return fail("by is empty; say who decides")
	case comment == "":
		return fail("comment is empty; say why, for those who ask later")
	case utf8.RuneCountInString(by) > maxBy:
		return fail("by is longer than %d characters", maxBy)
	case strings.ContainsFunc(by, unseen):
		return fail("by holds a control character; a name stands on one line")
	case utf8.RuneCountInString(comment) > maxComment:
		return fail("comment is longer than %d characters", maxComment)
	case strings.ContainsFunc(comment, odd):
		return fail("comment holds a control character")
	}
	d.By, d.Comment = by, comment
	return nil
}
