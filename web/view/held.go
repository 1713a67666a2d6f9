package view

import (
	"throughline/lineage"
)

// HeldBack is the page of the objects through which no lineage is taken.
type HeldBack struct {
	Rows    []Held
	Zone    string
	Guarded bool // the catalogue has guards
	First   string
	Next    string
}

// Held is one object that is held back, or was.
type Held struct {
	Object  Object
	URL     string // of the page that says why
	Now     bool   // it is held back
	Why     string // a sentence
	Related string // "3 orders"
	Allowed string // "2"
	Since   Time
	Age     string
	Release string // address that asks whether to release it
	Block   string // address that asks whether to hold it back for good; "" when it is

	Evidence Cut[Relation] // along which nothing is walked
	Decided  []Decision
	Turns    []Turn
	Zone     string
	NoTurns  bool // what became of it cannot be read just now
}

// Turn is one change of an object, in words.
type Turn struct {
	Time Time
	Text string
	Held bool
}

// HeldURL is the address of the page that says why an object is held back.
func HeldURL(o lineage.Object) string {
	return "/guards" + ObjectURL(o)[len("/lineage"):]
}

// NewHeldBack makes the rows of the page.
func NewHeldBack(list []lineage.HeldBack, l Lore, c Clock) []Held {
	out := make([]Held, 0, len(list))
	for i := range list {
		out = append(out, NewHeld(list[i].Object, &list[i], l, c))
	}
	return out
}

// NewHeld makes what is told of one object; h is nil when it is not held back.
func NewHeld(o lineage.Object, h *lineage.HeldBack, l Lore, c Clock) Held {
	here := HeldURL(o)
	out := Held{Object: newObject(o), URL: here, Now: h != nil, Zone: c.ZoneName()}
	out.Release = DecideURL(lineage.Decision{Kind: lineage.DecideRelease, A: o}, here)
	out.Block = DecideURL(lineage.Decision{Kind: lineage.DecideBlock, A: o}, here)
	if h == nil {
		out.Why = begun(called(o)) + " is not held back: lineage is taken through it."
		return out
	}
	out.Why = heldWhy(h)
	if h.Related > 0 {
		out.Related, out.Allowed = said(Of(h.Related, spoken(h.Guard.To))), Count(h.Guard.Max)
	}
	if h.Blocked {
		out.Block = ""
	}
	if !h.Since.IsZero() {
		out.Since, out.Age = c.stamp(h.Since), Span(c.Now.Sub(h.Since))
	}
	return out
}

// heldWhy says in plain words why an object is held back.
func heldWhy(h *lineage.HeldBack) string {
	why := begun(called(h.Object)) + " is held back: no lineage is taken through it. "
	switch {
	case h.Blocked && h.Decision.By != "":
		return why + said(h.Decision.By) + " decided so: “" + said(h.Decision.Comment) + "”"
	case h.Blocked:
		return why + "Somebody decided so."
	default:
		return why + "It is related to " + said(Of(h.Related, spoken(h.Guard.To))) + ", and a guard lets " + an(h.Guard.Type) + " be related to " +
			Count(h.Guard.Max) + " at most, so that one id which is used over and over does not glue strangers together."
	}
}

// NewWithheld makes the rows of what is withheld of an object.
func NewWithheld(edges []lineage.Edge) Cut[Relation] { return relations(edges) }

// NewTurns makes what became of an object, newest first.
func NewTurns(entries []lineage.AuditEntry, c Clock) []Turn {
	out := make([]Turn, 0, len(entries))
	for _, e := range entries {
		out = append(out, Turn{Time: c.time(e.At), Text: turnText(e), Held: e.Held})
	}
	return out
}

func turnText(e lineage.AuditEntry) string {
	text := "released: "
	if e.Held {
		text = "held back: "
	}
	switch e.Cause {
	case lineage.AuditGuard:
		return text + "it had come to be related to " + said(Of(e.Related, spoken(e.Guard.To))) + ", where the guard allows " + Count(e.Guard.Max)
	case lineage.AuditDecision:
		return text + said(e.By) + " decided so"
	case lineage.AuditMerge:
		return text + "it is another object's id now"
	case lineage.AuditCatalogue:
		return text + "the guards of the catalogue are other ones"
	default:
		return text + "the evidence relates it to no more than the guard allows"
	}
}
