package slo

import (
	"slices"
	"time"

	"throughline/lineage"
)

// Rule is an SLA, checked and ready to judge by. It never changes and may be used
// concurrently.
type Rule struct {
	lineage.SLA
	schedule lineage.Schedule
}

// NewRule checks an SLA. Errors are of kind Invalid.
func NewRule(s lineage.SLA) (*Rule, error) {
	schedule, err := s.Calendar.Schedule()
	if err != nil {
		return nil, err
	}
	if s.Target <= 0 || s.Start == "" || s.Stop == "" {
		return nil, lineage.Errorf(lineage.Invalid, "new rule", "sla %s: want start, stop and a target of more than 0", s.Name)
	}
	if s.Severity == "" {
		s.Severity = lineage.SeverityPage
	}
	return &Rule{s, schedule}, nil
}

// Stages are the names of the conditions that the rule reads, without those that
// it does not have.
func (r *Rule) Stages() []string {
	all := []string{r.Start, r.Stop, r.Pause, r.Resume, r.Cancel, r.Reset}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// hold is a stretch of time that does not count; to is zero while it lasts.
type hold struct{ from, to time.Time }

// What a clock takes in at most: a source that flaps must not cost more and more.
const (
	maxEpisodes = 100 // later resets change nothing
	maxHolds    = 100 // of an episode; in later ones the time counts
)

// farAway is where a deadline is put that a calendar cannot reach.
const farAway = 10 * 366 * 24 * time.Hour

// plan is where one episode of a clock should stand by the facts known now.
type plan struct {
	start time.Time   // zero: not started
	holds []hold      // that move the deadline, in order
	dues  []time.Time // the deadline when the first n holds are known; zero while on hold
	due   time.Time   // when all are
	stop  time.Time   // zero: not yet
	cancel,
	reset time.Time // at most one of stop, cancel and reset is told
}

// plan reads the facts for one episode. The earliest start counts, and the
// earliest of stop, cancel and reset ends the episode. A stop before the start
// ends it as well: clocks of two systems differ, and what is done is done.
func (r *Rule) plan(facts []Fact, episode int) plan {
	var p plan
	var after time.Time // when the episode began, by a reset; zero: the first
	for n := 0; ; n++ {
		p = plan{start: after}
		if n == 0 {
			p.start = earliest(facts, r.Start, time.Time{})
		}
		if p.start.IsZero() {
			return p
		}
		p.stop = earliest(facts, r.Stop, after)
		p.cancel = earliest(facts, r.Cancel, after)
		if n+1 < maxEpisodes {
			p.reset = earliest(facts, r.Reset, p.start.Add(1))
		}
		p.keepFirst()
		if n == episode {
			break
		}
		if p.reset.IsZero() {
			return plan{} // there is no such episode
		}
		after = p.reset
	}
	p.holds = r.holdsOf(facts, p.start)
	r.settle(&p)
	return p
}

// keepFirst keeps the earliest of stop, cancel and reset; of equal ones the stop.
func (p *plan) keepFirst() {
	end := p.end()
	switch {
	case end.IsZero():
	case p.stop.Equal(end):
		p.cancel, p.reset = time.Time{}, time.Time{}
	case p.cancel.Equal(end):
		p.stop, p.reset = time.Time{}, time.Time{}
	default:
		p.stop, p.cancel = time.Time{}, time.Time{}
	}
}

// end is when the episode ended, by whatever; zero: it has not.
func (p *plan) end() time.Time { return earlier(p.stop, earlier(p.cancel, p.reset)) }

// settle finds the deadline, hold by hold, and drops the holds that came when the
// time had run out or the episode had ended.
func (r *Rule) settle(p *plan) {
	t, left, end := p.start, time.Duration(r.Target), p.end()
	p.due = r.add(t, left)
	p.dues = append(p.dues, p.due)
	for i, h := range p.holds {
		if !h.from.Before(p.due) || !end.IsZero() && !h.from.Before(end) {
			p.holds = p.holds[:i]
			return
		}
		if h.from.After(t) {
			left -= r.schedule.Between(t, h.from)
		}
		if h.to.After(t) {
			t = h.to
		}
		if p.due = r.add(t, left); h.to.IsZero() {
			p.due = time.Time{} // on hold, there is no deadline until it goes on
			p.holds = p.holds[:i+1]
		}
		p.dues = append(p.dues, p.due)
		if p.due.IsZero() {
			return
		}
	}
}

// add returns when an amount of open time has passed since t.
func (r *Rule) add(t time.Time, open time.Duration) time.Time {
	if due, ok := r.schedule.Add(t, open); ok {
		return due
	}
	return t.Add(farAway)
}

// dueAfter is the deadline when no more than the first n holds are known.
func (p *plan) dueAfter(n int) time.Time { return p.dues[min(n, len(p.dues)-1)] }

// holdsOf pairs pauses with the resumes that follow them. A pause while it is on
// hold already, and a resume while it is not, change nothing.
func (r *Rule) holdsOf(facts []Fact, start time.Time) []hold {
	if r.Pause == "" {
		return nil
	}
	type mark struct {
		at     time.Time
		resume bool
	}
	var marks []mark
	for _, f := range facts {
		if f.Stage == r.Pause || f.Stage == r.Resume {
			marks = append(marks, mark{f.At, f.Stage == r.Resume})
		}
	}
	slices.SortFunc(marks, func(a, b mark) int {
		if c := a.at.Compare(b.at); c != 0 || a.resume == b.resume {
			return c
		}
		if a.resume { // a hold of no length is none
			return 1
		}
		return -1
	})
	var holds []hold
	on := false
	for _, m := range marks {
		switch {
		case m.resume && on:
			holds[len(holds)-1].to, on = m.at, false
		case !m.resume && !on:
			holds, on = append(holds, hold{from: m.at}), true
		}
	}
	holds = slices.DeleteFunc(holds, func(h hold) bool { return !h.to.IsZero() && (!h.to.After(start) || h.to.Equal(h.from)) })
	return holds[:min(len(holds), maxHolds)]
}

// earliest returns the earliest time of a stage that is not before after.
func earliest(facts []Fact, stage string, after time.Time) time.Time {
	var found time.Time
	for _, f := range facts {
		if stage != "" && f.Stage == stage && !f.At.Before(after) {
			found = earlier(found, f.At)
		}
	}
	return found
}

// earlier returns the earlier of two times, where zero means none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
