package view

import (
	"net/url"

	"throughline/lineage"
)

// Decide is the page on which a decision is looked at before it is taken.
type Decide struct {
	Question string // "Release delivery BATCH-7?"
	Means    string // what follows from it
	Verb     string // of the button
	Asked    bool   // all is known that is needed; if not, the page asks for the other id
	Fields   []Field
	Other    string // what goes by the other id, as it was typed
	ID       string // of the decision, so that a form that is sent twice decides once
	Owner    string
	Back     string

	Total   int // transactions that would change
	Unseen  int // that may change too; nobody has looked
	Changes Cut[Change]
}

// Field is one hidden field of a form.
type Field struct{ Name, Value string }

// Change is one transaction that a decision would change.
type Change struct {
	Flow          string
	Anchor        Object
	URL           string
	Before, After Outlook
}

// Outlook is how a transaction stands, or would.
type Outlook struct {
	There  bool
	State  Badge
	Stage  string
	Loose  bool
	Counts string // "3 objects, 7 events"
}

// NewDecide makes the page of a decision, whose Decision.ID is that of the one to be.
func NewDecide(f lineage.Forecast, ledger []lineage.Decided, l Lore) Decide {
	d := f.Decision
	out := Decide{Asked: true, ID: d.ID, Total: f.Total, Unseen: f.Unseen, Fields: fields(d)}
	out.Question, out.Means, out.Verb = question(&d, ledger, l)
	rows := make([]Change, 0, len(f.Changes))
	for _, p := range f.Changes {
		rows = append(rows, Change{
			Flow: p.Ref.Flow, Anchor: newObject(p.Ref.Anchor), URL: ExecutionURL(p.Ref.Flow, p.Ref.Anchor),
			Before: newOutlook(p.Before), After: newOutlook(p.After),
		})
	}
	out.Changes = Cut[Change]{Rows: rows, More: f.Total - len(rows)}
	return out
}

// NewAsk makes the page that asks what an object is to be merged with, or kept from.
func NewAsk(d lineage.Decision, l Lore) Decide {
	out := Decide{Fields: fields(d), Means: "Type the other id, as any system writes it. What would change is shown before anything is decided."}
	out.Question = begun(called(d.A)) + " is the same object as …"
	if d.Kind == lineage.DecideApart {
		out.Question = begun(called(d.A)) + " is not the same object as …"
	}
	return out
}

func newOutlook(s *lineage.Summary) Outlook {
	if s == nil {
		return Outlook{}
	}
	return Outlook{
		There: true, State: StateBadge(s.State), Stage: s.Stage, Loose: s.Unanchored,
		Counts: Of(s.Objects, "object") + ", " + Of(s.Events, "event"),
	}
}

// judged says what every decision may bring about beside what it means.
const judged = " The deadlines of what it changes are judged anew: an incident may open or be resolved, and is told."

// question asks whether to decide so, says what follows, and names the deed.
func question(d *lineage.Decision, ledger []lineage.Decided, l Lore) (asks, means, verb string) {
	switch d.Kind {
	case lineage.DecideRelease:
		return "Release " + issued(d.A) + "?",
			"No guard holds it back any more, to however many objects it is related: lineage is taken through it, also through what is still to come." + judged, "Release it"
	case lineage.DecideBlock:
		return "Hold " + issued(d.A) + " back for good?",
			"No lineage is taken through it any more, whatever the guards say. It can still be searched for, and what relates it to others is kept as evidence." + judged, "Never again"
	case lineage.DecideMerge:
		return "Are " + issued(d.A) + " and " + issued(d.B) + " one object?",
			"What is known of either is known of one then, which goes by the smaller of the two ids; the address of the other leads to it." + judged, "They are one object"
	case lineage.DecideApart:
		return "Are " + issued(d.A) + " and " + issued(d.B) + " two objects?",
			"They are never taken for one then, whatever the evidence says." + judged, "They are not one object"
	case lineage.DecideReject:
		return "Is event " + nameOf(d.EventID) + " from " + said(l.source(d.Source)) + " wrong?",
			"It does not count any more: what it alone says is not known then. It is kept, and counts again when this is revoked." + judged, "Reject the event"
	default:
		asks = "Revoke decision " + nameOf(d.Revokes) + "?"
		if target := entry(ledger, d.Revokes); target != nil {
			asks = "Revoke that " + said(target.By) + " " + deed(&target.Decision, ledger, l) + "?"
		}
		return asks, "Then holds what would hold without it: the evidence, the guards, and what was decided before about the same thing." + judged, "Revoke it"
	}
}

// fields are the fields of a form that name a decision.
func fields(d lineage.Decision) []Field {
	var out []Field
	for _, f := range []Field{
		{"kind", string(d.Kind)},
		{"type", d.A.Type},
		{"id", d.A.ID},
		{"system", d.A.System},
		{"scope", d.A.Scope},
		{"with_id", d.B.ID},
		{"with_system", d.B.System},
		{"with_scope", d.B.Scope},
		{"source", d.Source},
		{"event_id", d.EventID},
		{"revokes", d.Revokes},
	} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

// DecideURL is the address at which a decision is looked at before it is taken. back is
// where the reader is, or "".
func DecideURL(d lineage.Decision, back string) string {
	q := url.Values{}
	for _, f := range fields(d) {
		q.Set(f.Name, f.Value)
	}
	set(q, "back", back)
	return withQuery("/decide", q)
}
