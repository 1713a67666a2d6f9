package lineage

import (
	"strconv"
	"strings"
	"time"
)

// Voice is how an explanation is told: on a page, in an API's answer or in a
// terminal. What is nil is told plainly.
type Voice struct {
	Name   func(string) string    // of an id, a type or a claim, which others have chosen
	Source func(string) string    // what people call a source of events
	Time   func(time.Time) string // a moment with its zone
}

// Told is one sentence of an explanation, without its full stop, and what says so: By
// is zero where nothing needs to.
type Told struct {
	Text string
	By   Cited
}

// Tell tells an explanation in plain words: a sentence for each of Reasons, or one
// that says why there are none, and then a sentence for each of Same.
func (e Explanation) Tell(v Voice) []Told {
	var out []Told
	switch {
	case e.Cut:
		out = append(out, Told{Text: "what brings " + v.object(e.Object) + " here is not shown: the cap of this transaction leaves it out, or the flow has changed since"})
	case len(e.Reasons) == 0 && e.Adrift:
		out = append(out, Told{Text: v.object(e.Object) + " is where these objects begin: no anchor reaches them, and none of lower rank leads to it"})
	case len(e.Reasons) == 0:
		out = append(out, Told{Text: v.object(e.Object) + " is the anchor of this transaction"})
	}
	for _, r := range e.Reasons {
		out = append(out, Told{r.Sentence(v), r.By})
	}
	for _, s := range e.Same {
		out = append(out, Told{s.Sentence(v), s.By})
	}
	return out
}

// Sentence tells a reason: "invoice INV-7 bills order SO-1: event 81 (invoice.posted)
// from erp at 2026-03-02 10:04:11 UTC".
func (r Reason) Sentence(v Voice) string {
	switch {
	case r.Claim == "":
		return v.relation(r.Says) + ": " + v.evidence(r.By) + more(r.More)
	case r.Too == (Cited{}):
		return v.object(r.Says.From) + " carries the " + v.claim(r.Claim) + ": " + v.evidence(r.By) + " names it"
	case r.By == r.Too:
		return v.object(r.Says.From) + " and " + v.object(r.Says.To) + " share the " + v.claim(r.Claim) + ": " + v.evidence(r.By) + " names both"
	default:
		return v.object(r.Says.From) + " and " + v.object(r.Says.To) + " share the " + v.claim(r.Claim) + ": " +
			v.evidence(r.By) + " names the " + v.name(spoken(r.Says.From.Type)) + ", " + v.evidence(r.Too) + " the " + v.name(spoken(r.Says.To.Type))
	}
}

// Sentence tells a sameness: "order 006A (crm) is the same object as order SO-1 (erp):
// event 80 (order.booked) from erp at 2026-03-02 10:04:10 UTC".
func (s Sameness) Sentence(v Voice) string {
	text := v.issued(s.A) + " is the same object as " + v.issued(s.B)
	if s.By == (Cited{}) {
		return text + ": none of the events of this transaction says so itself"
	}
	return text + ": " + v.evidence(s.By)
}

// relation tells a relation with its verb. A qualifier that is none of DESIGN §2 need
// not be a verb.
func (v Voice) relation(r Relation) string {
	switch r.Qualifier {
	case "fulfils", "bills", "pays", "contains", "replaces", "cancels", string(Mentions):
		return v.object(r.From) + " " + r.Qualifier + " " + v.object(r.To)
	default:
		return v.object(r.From) + " names " + v.object(r.To) + " as “" + v.name(r.Qualifier) + "”"
	}
}

func (v Voice) object(o Object) string { return v.name(spoken(o.Type)) + " " + v.name(o.ID) }

func (v Voice) issued(o Object) string {
	if o.System == "" {
		return v.object(o)
	}
	return v.object(o) + " (" + v.name(o.System) + ")"
}

func (v Voice) claim(claim string) string {
	kind, value, _ := strings.Cut(claim, ":")
	switch kind {
	case CorrelationType:
		kind = "correlation id"
	case "trace":
	case "causation":
		kind = "causing event"
	case "link", "links":
		kind = "chain of span links"
	default:
		kind = v.name(kind)
	}
	return kind + " " + v.name(value)
}

func (v Voice) evidence(c Cited) string {
	text := c.Kind.String() + " " + v.name(c.ID)
	if c.Type != "" {
		text += " (" + v.name(c.Type) + ")"
	}
	text += " from " + v.source(c.Source)
	if !c.Time.IsZero() {
		text += " at " + v.time(c.Time)
	}
	return text
}

func more(n int) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return ", and one more says so"
	default:
		return ", and " + strconv.Itoa(n) + " more say so"
	}
}

func (v Voice) name(text string) string {
	if v.Name == nil {
		return text
	}
	return v.Name(text)
}

func (v Voice) source(source string) string {
	if v.Source == nil {
		return v.name(source)
	}
	return v.Source(source)
}

func (v Voice) time(t time.Time) string {
	if v.Time == nil {
		return t.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return v.Time(t)
}

// spoken is the name of a type as it is said: "credit note".
func spoken(typ string) string { return strings.ReplaceAll(typ, "_", " ") }
