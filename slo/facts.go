package slo

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// Part is what one execution says of one subject: a subject that is part of
// several is judged by all of them.
type Part struct {
	Subject lineage.Object
	Aliases []lineage.Object // its other names
	Facts   []Fact
	Impact  Impact
	Loose   bool // no anchor reaches the execution
	Cut     bool // the execution is cut at its cap: what is not there may be all the same
}

// Parts reads what an execution says of each of its objects that the rule is
// about. Where that is the anchor's type, the anchor alone counts: another order
// that the execution takes in, such as one that it replaces, has its own.
func (r *Rule) Parts(x *lineage.Execution) []Part {
	if x.Flow != r.Flow {
		return nil
	}
	var parts []Part
	for i := range x.Members {
		m := &x.Members[i]
		if m.Object.Type != r.Subject || m.Leaf || !x.Unanchored && x.Anchor.Type == r.Subject && m.Object != x.Anchor {
			continue
		}
		if facts := r.facts(x, m.Object); len(facts) > 0 {
			parts = append(parts, Part{
				Subject: m.Object, Aliases: m.Aliases, Facts: facts, Impact: r.impact(x, m), Loose: x.Unanchored, Cut: x.Truncated,
			})
		}
	}
	return parts
}

// facts reads when a subject met the conditions. Of an execution that is cut, what
// its other objects have gone through says nothing but that it began. One that is a stage of the flow
// is met when the stage is done; any other is met by each event that names it as
// its stage, went well, and is about the subject, or about anything where the
// subject is the anchor.
func (r *Rule) facts(x *lineage.Execution, subject lineage.Object) []Fact {
	var facts []Fact
	var marks []string
	for _, name := range r.Stages() {
		if !x.HasStage(name) {
			marks = append(marks, name)
		} else if at := x.Reached(name, subject); !at.IsZero() && (!x.Truncated || name == r.Start || x.GoesThrough(name, subject)) {
			facts = append(facts, Fact{name, at})
		}
	}
	for _, name := range marks {
		for _, e := range x.Events {
			if e.Stage == name && e.Outcome != lineage.OutcomeFailed && e.Outcome != lineage.OutcomeRetrying &&
				(subject == x.Anchor || e.Subject() == subject) {
				facts = append(facts, Fact{name, e.Happened()})
			}
		}
	}
	return facts
}

// impact says what a breach of the subject would mean. It sticks at the first
// stage that has failed, else at one that is tried again, else at what is owed.
func (r *Rule) impact(x *lineage.Execution, m *lineage.Member) Impact {
	i := Impact{Flow: x.Flow, Anchor: x.Anchor, Stage: r.Stop, State: x.State, Amount: m.Amount}
	r.Describe(&i)
	for _, state := range []lineage.State{lineage.StateFailed, lineage.StateRetrying} {
		for _, s := range x.Stages {
			if s.State == state {
				i.Stage, i.Reason = s.Name, s.Reason
				return i
			}
		}
	}
	return i
}

// Describe adds to an impact what the rule itself says of it.
func (r *Rule) Describe(i *Impact) {
	i.Title, i.Severity, i.Runbook, i.Source = cmp.Or(r.Title, r.Name), r.Severity, r.Runbook, r.ClosingSource
}

// Explain gives transitions what they mean to people, and tells of an open breach
// when that is known better than it was told last: a reason that comes after the
// deadline is what on-call needs most.
func Explain(c *Clock, told []Transition, impact Impact, now time.Time) []Transition {
	means := impact.hash()
	switch {
	case !c.AtRisk():
		means = 0
	case c.Means != means && len(told) == 0:
		s := step{Clock: *c, at: Moment{Now: now}}
		s.tell(Transition{Kind: Explained, At: now})
		s.close()
		*c, told = s.Clock, s.told
	}
	c.Means = means
	for i := range told {
		told[i].Impact, told[i].Clock.Means = impact, 0
	}
	return told
}

// hash is of what may come to be known later.
func (i *Impact) hash() uint64 {
	return xxhash.Sum64String(fmt.Sprintf("%q %q %q %q %q %q %v", i.Title, i.Severity, i.Runbook, i.Stage, i.State, i.Reason, i.Amount))
}
