package lineage

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Received is one piece of evidence as it was received, or as much as is kept of it: one
// of these.
type Received struct {
	Event       *Event       `json:",omitempty"` // a CloudEvent, or a decision
	Quarantined *Quarantined `json:",omitempty"` // a CloudEvent that was refused
	Span        *Span        `json:",omitempty"`
	Log         *Log         `json:",omitempty"`
}

// Rehearsal maps evidence by two catalogues side by side and tells what would be
// otherwise. Of evidence from before what was received was kept it goes by how it was
// mapped then, on both sides, and counts it. It is not safe for concurrent use.
type Rehearsal struct {
	was, is  rehearsed
	Replayed Replayed
	refused  []RefusalChange
}

// Replayed counts what a rehearsal was made of.
type Replayed struct {
	Events      int // CloudEvents, without those that were refused
	Refused     int // CloudEvents that are in quarantine
	Spans, Logs int // that say something of business by either catalogue
	Unkept      int // of Events: they were received before what a contract can read was kept
	Decisions   int
}

// All is how many pieces of evidence were replayed.
func (r Replayed) All() int { return r.Events + r.Refused + r.Spans + r.Logs }

// rehearsed is one catalogue with what it makes of the evidence.
type rehearsed struct {
	cat   *Catalogue
	graph *Graph
}

// RefusalChange is one CloudEvent that one catalogue takes and the other does not, or
// that both refuse, for other reasons. "": it is taken.
type RefusalChange struct {
	Source, ID, Type string
	Was, Is          string // why it is refused
}

// ExecutionChange is one execution that would be otherwise. Nil: it is not there.
type ExecutionChange struct {
	Ref     ExecutionRef
	Was, Is *Summary
	What    []string // in words, at most maxWhat of them
}

// NewRehearsal returns one of nothing yet.
func NewRehearsal(was, is *Catalogue, tenant string) *Rehearsal {
	return &Rehearsal{was: rehearsed{was, NewGraph(was, tenant)}, is: rehearsed{is, NewGraph(is, tenant)}}
}

// Keys are the attribute keys that either catalogue asks for.
func (r *Rehearsal) Keys() []string { return both(r.was.cat.keyList, r.is.cat.keyList) }

// Take takes one piece of evidence, in any order.
func (r *Rehearsal) Take(x *Received) {
	switch {
	case x.Event != nil && x.Event.Kind == DecisionEvent:
		if d, err := x.Event.Decision(); err == nil {
			r.Replayed.Decisions++
			r.was.graph.Decide(d)
			r.is.graph.Decide(d)
		}
	case x.Event != nil:
		r.Replayed.Events++
		ce, ok := x.Event.CloudEvent()
		if !ok {
			r.Replayed.Unkept++
			r.was.graph.Add(x.Event)
			r.is.graph.Add(x.Event)
			return
		}
		r.cloudEvent(&ce, x.Event)
	case x.Quarantined != nil:
		r.Replayed.Refused++
		ce, err := ParseCloudEvent(x.Quarantined.Payload)
		if err == nil {
			err = ce.Refuse()
		}
		if err != nil {
			return // no contract changes that
		}
		r.cloudEvent(&ce, &Event{Tenant: x.Quarantined.Tenant, Ingested: x.Quarantined.Ingested})
	case x.Span != nil:
		r.observed(&r.Replayed.Spans, x.Span.Attributes, x.Span.Resource, func(c *Catalogue, found []Attr) (Event, bool) {
			x.Span.Business = found
			return c.FromSpan(x.Span)
		})
	case x.Log != nil:
		r.observed(&r.Replayed.Logs, x.Log.Attributes, x.Log.Resource, func(c *Catalogue, found []Attr) (Event, bool) {
			x.Log.Business = found
			return c.FromLog(x.Log)
		})
	}
}

// cloudEvent maps one message by both. Its hash is that of the message as it came, where
// that is known.
func (r *Rehearsal) cloudEvent(ce *CloudEvent, stored *Event) {
	var why [2]string
	for i, side := range []*rehearsed{&r.was, &r.is} {
		e, err := side.cat.FromCloudEvent(stored.Tenant, ce, stored.Ingested)
		if err != nil {
			why[i] = plainReason(err)
			continue
		}
		if stored.Hash != 0 {
			e.Hash = stored.Hash
		}
		side.graph.Add(&e)
	}
	if why[0] != why[1] {
		r.refused = append(r.refused, RefusalChange{Source: ce.Source, ID: ce.ID, Type: ce.Type, Was: why[0], Is: why[1]})
	}
}

// observed maps a span or log record by both, and counts it when it says something.
func (r *Rehearsal) observed(count *int, attributes, resource string, from func(*Catalogue, []Attr) (Event, bool)) {
	any := false
	for _, side := range []*rehearsed{&r.was, &r.is} {
		found := side.cat.Business(attributes, resource)
		if len(found) == 0 {
			continue
		}
		if e, ok := from(side.cat, found); ok {
			any = true
			side.graph.Add(&e)
		}
	}
	if any {
		*count++
	}
}

// plainReason is why an event is refused, as quarantine says it.
func plainReason(err error) string {
	if e, ok := err.(*Error); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// Refusals returns the CloudEvents that would come into quarantine, out of it, or be
// there for another reason, sorted.
func (r *Rehearsal) Refusals() []RefusalChange {
	slices.SortFunc(r.refused, func(a, b RefusalChange) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID)) })
	return r.refused
}

// Settle brings both sides up to date with what they have taken.
func (r *Rehearsal) Settle() {
	r.was.graph.Recompute()
	r.is.graph.Recompute()
}

// Sides yields the executions of a flow, and of every flow but the one of transactions
// without one, as both catalogues make them: pairs of which one may be nil. They are
// sorted by their refs.
func (r *Rehearsal) Sides(flow string) iter.Seq2[ExecutionRef, [2]*Execution] {
	return func(yield func(ExecutionRef, [2]*Execution) bool) {
		var names []string
		for _, side := range []*rehearsed{&r.was, &r.is} {
			for _, f := range side.cat.def.Flows {
				names = append(names, f.Name)
			}
		}
		names = both(names, nil)
		if flow != "" {
			names = []string{flow}
		}
		for _, name := range names {
			for _, ref := range r.refs(name) {
				if !yield(ref, [2]*Execution{r.was.execution(ref), r.is.execution(ref)}) {
					return
				}
			}
		}
	}
}

func (r *Rehearsal) refs(flow string) []ExecutionRef {
	var refs []ExecutionRef
	for _, side := range []*rehearsed{&r.was, &r.is} {
		if flow != TransactionFlow && side.graph.flowNamed(flow) == nil {
			continue
		}
		anchored, loose := side.graph.Executions(flow)
		refs = append(append(refs, anchored...), loose...)
	}
	slices.SortFunc(refs, func(a, b ExecutionRef) int { return a.Anchor.Compare(b.Anchor) })
	return slices.Compact(refs)
}

func (s *rehearsed) execution(ref ExecutionRef) *Execution {
	if ref.Flow != TransactionFlow && s.graph.flowNamed(ref.Flow) == nil {
		return nil
	}
	return s.graph.Execution(ref)
}

// CompareExecutions tells in what one execution differs as two catalogues make it, and
// false when in nothing.
func CompareExecutions(ref ExecutionRef, was, is *Execution) (ExecutionChange, bool) {
	c := ExecutionChange{Ref: ref, Was: summaryOf(was), Is: summaryOf(is)}
	if was == nil || is == nil {
		return c, was != is
	}
	c.lists("object", objectsOf(was), objectsOf(is))
	c.lists("relation", relationsOf(was), relationsOf(is))
	c.lists("claim", claimsIn(was), claimsIn(is))
	c.lists("stage", stagesIn(was), stagesIn(is))
	c.lists("event", eventsIn(was), eventsIn(is))
	if was.Unanchored != is.Unanchored || was.State != is.State || was.Stage != is.Stage || was.Truncated != is.Truncated {
		return c, true
	}
	return c, len(c.What) > 0
}

// maxWhat is how many sentences are told of one execution.
const maxWhat = 20

// lists notes what is in one list and not in the other.
func (c *ExecutionChange) lists(kind string, was, is []string) {
	for _, gone := range minus(was, is) {
		c.say("- " + kind + " " + gone)
	}
	for _, come := range minus(is, was) {
		c.say("+ " + kind + " " + come)
	}
}

func (c *ExecutionChange) say(text string) {
	if len(c.What) < maxWhat {
		c.What = append(c.What, text)
	}
}

func summaryOf(x *Execution) *Summary {
	if x == nil {
		return nil
	}
	s := x.Summarise()
	return &s
}

func objectsOf(x *Execution) []string {
	var all []string
	for _, m := range x.Members {
		text := m.Object.String()
		for _, a := range m.Aliases {
			text += " = " + a.String()
		}
		if !m.Amount.IsZero() {
			text += ", " + m.Amount.String()
		}
		if m.Placeholder {
			text += ", not yet there"
		}
		all = append(all, text)
	}
	return all
}

func relationsOf(x *Execution) []string {
	var all []string
	for _, e := range x.Edges {
		text := e.From.String() + " " + e.Qualifier + " " + e.To.String()
		if n := len(e.Allocations); n > 0 && !e.Allocations[n-1].Amount.IsZero() {
			text += ", " + e.Allocations[n-1].Amount.String()
		}
		all = append(all, text)
	}
	return all
}

func claimsIn(x *Execution) []string {
	var all []string
	for _, c := range x.Claims {
		all = append(all, c.Claim+" is "+string(c.State))
	}
	return all
}

func stagesIn(x *Execution) []string {
	var all []string
	for _, s := range x.Stages {
		text := fmt.Sprintf("%s is %s", s.Name, s.State)
		if !s.First.IsZero() {
			text += ", from " + s.First.Format(time.RFC3339Nano) + " to " + s.Last.Format(time.RFC3339Nano)
		}
		if s.Attempts > 1 {
			text += fmt.Sprintf(", %d attempts", s.Attempts)
		}
		if !s.Target.IsZero() {
			text += ", " + s.Covered.String() + " of " + s.Target.String()
		}
		if s.Reason != "" {
			text += ": " + s.Reason
		}
		all = append(all, text)
	}
	return all
}

func eventsIn(x *Execution) []string {
	var all []string
	for _, e := range x.Events {
		parts := []string{e.Source + " " + e.ID, e.Type}
		for _, part := range []string{e.Stage, string(e.Outcome), e.Reason} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		all = append(all, strings.Join(parts, ", "))
	}
	return all
}

// Decides tells whether it is a decision of a person.
func (x *Received) Decides() bool { return x.Event != nil && x.Event.Kind == DecisionEvent }

// Kinds are what evidence is received as, in the order in which stores give it back.
func Kinds() []string {
	return []string{"CloudEvents", "CloudEvents in quarantine", "spans", "log records"}
}

// Kind is which of Kinds it is, by its place there.
func (x *Received) Kind() int {
	switch {
	case x.Event != nil:
		return 0
	case x.Quarantined != nil:
		return 1
	case x.Span != nil:
		return 2
	default:
		return 3
	}
}
