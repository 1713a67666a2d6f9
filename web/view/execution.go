package view

import (
	"slices"
	"strings"
	"time"

	"throughline/lineage"
)

// Execution is one transaction as its page shows it.
type Execution struct {
	ID         string // of the element; unique within the page
	Flow       string
	Anchor     Object
	Unanchored bool
	State      Badge
	Stage      string
	Where      string // where it is, in plain words
	Deadlines  Cut[Deadline]
	Amount     string // of the anchor
	Truncated  bool
	Started    Time
	Last       Time
	Took       string // from the first event to the end, or how long it has been open
	TookName   string // what that is called
	Stages     []Stage
	Ranks      []Rank
	Objects    int
	Graph      Graph
	Relations  Cut[Relation]
	Claims     Cut[Claim]
	Unclaimed  bool // no claim, although its events carry what claims are made of: this flow makes none
	Events     Events
	Looked     Object // the one that the reader asked for, where it is in here and not the anchor
}

// Stage is one stage of the bar.
type Stage struct {
	Name     string
	Badge    Badge
	When     Time
	Attempts int
	Amount   string // of a stage of amounts: how much of what has gone through
	Reason   string
	Current  bool // the furthest that has begun
}

// Object is one business object, linked to its own page.
type Object struct {
	Type, ID, System, Scope string
	URL                     string
	Aliases                 []Object
	Anchor                  bool
	Leaf                    bool
	Placeholder             bool
	Looked                  bool // the one whose page this is
	Amount                  string
	Why                     Why // of a member: why it is in its transaction
}

// Rank is the objects of one rank, under the types that they are of.
type Rank struct {
	Rank    int
	Place   string // "before the order", "the anchor", "after the order"
	Objects []Object
}

// Relation is one edge with what says so.
type Relation struct {
	From, To  Object
	Qualifier string
	Amount    string // how much of one's amount goes to the other
	Evidence  []Evidence
	More      int // evidence that is not listed
}

// Evidence is one event, span or log that states a relation.
type Evidence struct{ Kind, Source, ID string }

// What a page lists of long lists; the API has all.
const (
	maxEvidence  = 5
	maxRelations = 200
	maxClaims    = 50
)

// Cut is the beginning of a list, and how many more there are.
type Cut[T any] struct {
	Rows []T
	More int
}

func cut[T any](list []T, most int) Cut[T] {
	n := min(len(list), most)
	return Cut[T]{list[:n], len(list) - n}
}

// Total counts the whole list.
func (c Cut[T]) Total() int { return len(c.Rows) + c.More }

// NewExecution makes the view of e for the page of the object looked at, which
// may be zero. The id names its element.
func NewExecution(e *lineage.Execution, looked lineage.Object, id string, l Lore, c Clock) Execution {
	anchor := newObject(e.Anchor)
	anchor.Anchor = !e.Unanchored
	anchorType := e.Anchor.Type
	if e.Unanchored {
		anchorType = ""
	}
	x := Execution{
		ID: id, Flow: e.Flow, Anchor: anchor, Unanchored: e.Unanchored,
		State: StateBadge(e.State), Stage: e.Stage, Where: where(e, l, c), Truncated: e.Truncated,
		Deadlines: NewDeadlines(l.Of(e), e.Anchor, l, c), Amount: amountOf(e),
		Started: c.time(e.StartedAt), Last: c.time(e.LastAt), Took: spent(e.State, e.StartedAt, e.LastAt, e.EndedAt, c), TookName: "Took",
		Stages: stages(e, c), Ranks: ranks(e, looked), Objects: len(e.Members),
		Graph: NewGraph(e, looked), Relations: relations(e.Edges),
		Claims: cut(Claims(e.Claims, anchorType), maxClaims), Events: NewEvents(e.Events, c),
	}
	if goesOn(e.State) {
		x.TookName = "Open for"
	}
	x.explain(whys(e, x.Events, l, c))
	x.Unclaimed = x.Claims.Total() == 0 && slices.ContainsFunc(e.Events, carries)
	x.sayOnce()
	return x
}

// carries tells whether an event carries what a flow could make a claim of.
func carries(e *lineage.Event) bool { return e.Correlation != "" || !e.TraceID.IsZero() }

// sayOnce leaves out of the deadlines what the sentence above them has told to do
// already, unless it is an address, which only they link.
func (x *Execution) sayOnce() {
	for i := range x.Deadlines.Rows {
		book := &x.Deadlines.Rows[i].Runbook
		if book.URL == "" && strings.Contains(x.Where, whatToDo+said(ended(book.Text))) {
			*book = Runbook{}
		}
	}
}

// amountOf is the amount of the anchor.
func amountOf(e *lineage.Execution) string {
	for _, m := range e.Members {
		if m.Object == e.Anchor {
			return Money(m.Amount)
		}
	}
	return ""
}

// goesOn tells whether something is still to come, so that nothing has been taken yet.
func goesOn(s lineage.State) bool { return s == lineage.StateOpen || s == lineage.StateRetrying }

// spent tells how long an execution took, and of one that goes on for how long it has
// been open: by the minute, so that a page which stands still is not pushed every second.
func spent(state lineage.State, started, last, ended time.Time, c Clock) string {
	end := ended
	if end.IsZero() {
		end = last
	}
	switch {
	case started.IsZero() || end.IsZero():
		return "—"
	case !goesOn(state):
		return Span(end.Sub(started))
	case c.Now.Sub(started) < time.Minute:
		return "under 1 min"
	default:
		return Span(c.Now.Sub(started).Truncate(time.Minute))
	}
}

func newObject(o lineage.Object) Object {
	return Object{Type: o.Type, ID: o.ID, System: o.System, Scope: o.Scope, URL: ObjectURL(o)}
}

func newMember(e *lineage.Execution, m lineage.Member, looked lineage.Object) Object {
	o := newObject(m.Object)
	o.Anchor = !e.Unanchored && m.Object == e.Anchor
	o.Leaf, o.Placeholder, o.Amount = m.Leaf, m.Placeholder, Money(m.Amount)
	o.Looked = isLooked(m, looked)
	for _, a := range m.Aliases {
		o.Aliases = append(o.Aliases, newObject(a))
	}
	return o
}

// isLooked tells whether m is the object that the reader asked for, under any
// of its names. What the reader left out matches anything.
func isLooked(m lineage.Member, looked lineage.Object) bool {
	spelled := lineage.Spellings(looked.ID)
	same := func(o lineage.Object) bool {
		return o.Type == looked.Type && slices.Contains(spelled, o.ID) &&
			(looked.System == "" || looked.System == o.System) &&
			(looked.Scope == "" || looked.Scope == o.Scope)
	}
	return same(m.Object) || slices.ContainsFunc(m.Aliases, same)
}

func stages(e *lineage.Execution, c Clock) []Stage {
	out := make([]Stage, 0, len(e.Stages))
	for _, s := range e.Stages {
		when := s.Last
		if when.IsZero() {
			when = s.First
		}
		out = append(out, Stage{
			Name: s.Name, Badge: stageBadge(s.State), When: c.time(when),
			Attempts: s.Attempts, Amount: progressOf(s), Reason: brief(s.Reason), Current: s.Name == e.Stage,
		})
	}
	return out
}

func ranks(e *lineage.Execution, looked lineage.Object) []Rank {
	var out []Rank
	for _, m := range e.Members {
		if len(out) == 0 || out[len(out)-1].Rank != m.Rank {
			out = append(out, Rank{Rank: m.Rank, Place: place(m.Rank, e)})
		}
		last := &out[len(out)-1]
		last.Objects = append(last.Objects, newMember(e, m, looked))
	}
	return out
}

func place(rank int, e *lineage.Execution) string {
	switch {
	case e.Unanchored:
		return ""
	case rank < 0:
		return "before the " + said(e.Anchor.Type)
	case rank > 0:
		return "after the " + said(e.Anchor.Type)
	default:
		return "the anchor"
	}
}

func relations(edges []lineage.Edge) Cut[Relation] {
	out := make([]Relation, 0, len(edges))
	for _, edge := range edges {
		r := Relation{From: newObject(edge.From), To: newObject(edge.To), Qualifier: edge.Qualifier, Amount: Money(edge.Amount())}
		for _, ev := range edge.Evidence[:min(len(edge.Evidence), maxEvidence)] {
			r.Evidence = append(r.Evidence, Evidence{Kind: ev.Kind.String(), Source: ev.Source, ID: ev.ID})
		}
		r.More = len(edge.Evidence) - len(r.Evidence)
		out = append(out, r)
	}
	return cut(out, maxRelations)
}
