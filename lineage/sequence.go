package lineage

import (
	"cmp"
	"slices"
	"time"
)

// MaxSteps is where a sequence is cut: what goes to and fro more often than that
// is a loop, and no path that others take too.
const MaxSteps = 100

// Step is one stage as an execution came through it: everything that was reported
// of the stage until another one was.
type Step struct {
	Stage    string
	First    time.Time // when it was first reported
	DoneAt   time.Time // when it first went well; zero: it did not, in this step
	Attempts int       // the highest told, or the failures and, where it went well, one more
	Rework   bool      // the stage comes again, for an object that had been through it or because it had failed
}

// At is when the execution had come to the step: when it went well, or else when it
// was first reported.
func (s Step) At() time.Time {
	if !s.DoneAt.IsZero() {
		return s.DoneAt
	}
	return s.First
}

// Sequence returns the stages in the order in which their events happened, by
// Event.Happened; what happened at the same moment follows the order of the flow.
// It reads Stages and Events, which must both be there, and is cut at MaxSteps.
//
// Reports of one stage in a row are one step. A stage that is reported after another
// one is a step again, with two exceptions, which belong to the step that the stage
// had last: another attempt of what was being retried, and the good news of an object
// that does not go through the stage itself (a middleware that has handed an order
// over). A step that comes again is rework unless it is another object's: the second
// of two deliveries of one order goes through its stages for the first time.
func (x *Execution) Sequence() []Step {
	s := sequence{latest: make(map[string]int, len(x.Stages))}
	for _, r := range x.reports() {
		if !s.take(r) {
			break
		}
	}
	steps := make([]Step, len(s.steps))
	for i := range s.steps {
		steps[i] = s.steps[i].step()
	}
	return steps
}

// report is one event as the report of one stage.
type report struct {
	stage *Stage
	about []Object // canonical; the zero Object for an event without a subject
	event *Event
	at    time.Time
	place int // of the stage in the flow
}

// echo tells whether a report is good news of something that does not go through
// the stage itself.
func (r *report) echo() bool {
	return !r.event.failed() && !slices.ContainsFunc(r.about, func(o Object) bool { return o.IsZero() || o.Type == r.stage.Type })
}

// reports returns what the events say of the stages, in the order in which it
// happened. The rule is that of flowGraph.reports.
func (x *Execution) reports() []report {
	canonical := make(map[Object]Object)
	for _, m := range x.Members {
		for _, alias := range m.Aliases {
			canonical[alias] = m.Object
		}
	}
	name := func(o Object) Object { return cmp.Or(canonical[o], o) }
	var all []report
	for _, e := range x.Events {
		if e.Stage == "" && e.Kind != BusinessEvent {
			continue // most spans
		}
		subject := e.Subject()
		for i := range x.Stages {
			if about := x.own(&x.Stages[i], x.Stages[i].reportedBy(e, subject, name)); len(about) > 0 {
				all = append(all, report{&x.Stages[i], about, e, e.Happened(), i})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b report) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.place, b.place)) })
	return all
}

// own leaves out what goes through a stage in another execution, where this one knows
// all of its members.
func (x *Execution) own(s *Stage, about []Object) []Object {
	return slices.DeleteFunc(about, func(o Object) bool {
		return !x.Truncated && o.Type == s.Type && !slices.ContainsFunc(x.Members, func(m Member) bool { return m.Object == o })
	})
}

// reportedBy returns the objects of which an event reports the stage, and nil when
// it does not.
func (s *Stage) reportedBy(e *Event, subject Object, canonical func(Object) Object) []Object {
	switch {
	case e.Stage == s.Name && subject.IsZero():
		return []Object{{}}
	case e.Stage == s.Name, e.Stage == "" && e.Kind == BusinessEvent && !subject.IsZero() && subject.Type == cmp.Or(s.By, s.Type):
	default:
		return nil
	}
	var about []Object
	if s.By != "" && subject.Type != s.Type {
		add := func(o Object) {
			if o.Type == s.Type {
				about = append(about, canonical(o))
			}
		}
		for _, r := range e.Refs {
			add(r.Object)
		}
		for _, r := range e.Relations {
			add(r.From)
			add(r.To)
		}
	}
	if len(about) == 0 {
		about = append(about, canonical(subject))
	}
	return about
}

// sequence is a sequence as it grows.
type sequence struct {
	steps  []openStep
	latest map[string]int // the last step of each stage
}

// openStep is a step with what has to be known to go on from it.
type openStep struct {
	Step
	failures int
	last     Outcome // of its latest report
	about    map[Object]bool
}

func (s *openStep) step() Step {
	if s.Attempts == 0 {
		s.Attempts = s.failures
		if !s.DoneAt.IsZero() {
			s.Attempts++
		}
	}
	return s.Step
}

// take puts the next report where it belongs. It returns false once the sequence is cut.
func (s *sequence) take(r report) bool {
	at, again := s.latest[r.stage.Name]
	goesOn := again && (at == len(s.steps)-1 || s.steps[at].last == OutcomeRetrying || r.echo())
	if !goesOn {
		if len(s.steps) == MaxSteps {
			return false
		}
		failed := again && s.steps[at].last == OutcomeFailed
		at = len(s.steps)
		s.steps = append(s.steps, openStep{Step: Step{Stage: r.stage.Name, First: r.at, Rework: failed}, about: make(map[Object]bool)})
		s.latest[r.stage.Name] = at
	}
	step := &s.steps[at]
	step.last = r.event.Outcome
	step.Attempts = max(step.Attempts, r.event.Attempt)
	if r.event.failed() {
		step.failures++
	} else if step.DoneAt.IsZero() {
		step.DoneAt = r.at
	}
	for _, o := range r.about {
		step.Rework = step.Rework || s.before(at, o)
		step.about[o] = true
	}
	return true
}

// before tells whether an object has been in an earlier step of the same stage.
func (s *sequence) before(at int, o Object) bool {
	return slices.ContainsFunc(s.steps[:at], func(earlier openStep) bool {
		return earlier.Stage == s.steps[at].Stage && earlier.about[o]
	})
}
