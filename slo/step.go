package slo

import (
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Step brings a clock from what was recorded of it to what the facts say at a
// moment, and returns it with what has to be told, in order. Told again with the
// same facts and moment it tells nothing. The facts may come in any order, each
// any number of times.
//
// A breach is told by the first step at or after the deadline. It is provisional
// while the watermark is before the deadline, and confirmed by the first step at
// which it is not. Evidence that came late corrects it.
func (r *Rule) Step(c Clock, facts []Fact, at Moment) (Clock, []Transition) {
	s := step{Clock: c, rule: r, at: at}
	if s.State == "" {
		s.State = Pending
	}
	for s.Before != nil && r.plan(facts, s.Episode).start.IsZero() {
		s.backOut()
	}
	for {
		p := r.plan(facts, s.Episode)
		s.follow(&p)
		s.close()
		if p.reset.IsZero() || s.State != Cancelled {
			return s.Clock, s.told
		}
		before := s.Clock
		s.Clock = Clock{
			Tenant: s.Tenant, Key: s.Key, Origin: s.Origin, Episode: s.Episode + 1, Seq: s.Seq, State: Pending, Before: &before,
		}
	}
}

// Withdraw cancels a clock that nothing is known of any more, or whose SLA is gone.
func Withdraw(c Clock, now time.Time) (Clock, []Transition) {
	s := step{Clock: c, at: Moment{Now: now}}
	s.withdraw()
	s.close()
	return s.Clock, s.told
}

// step is a clock on its way.
type step struct {
	Clock
	rule   *Rule
	at     Moment
	told   []Transition
	closed int // how many of told have their clock
}

// close gives what was told of the episode the clock as it stands.
func (s *step) close() {
	for ; s.closed < len(s.told); s.closed++ {
		s.told[s.closed].Clock = s.Clock
		s.told[s.closed].Clock.Before = nil // it has told its own
	}
}

func (s *step) tell(t Transition) {
	s.Seq++
	t.ID = transitionID(&s.Clock, t.Kind)
	t.Recorded = s.at.Now
	s.told = append(s.told, t)
}

// transitionID hashes the clock and the place of a transition in its history.
func transitionID(c *Clock, kind Kind) string {
	return fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprintf("%q %q %q %q %q %q %d %s %d",
		c.Tenant, c.SLA, c.Origin.Type, c.Origin.System, c.Origin.Scope, c.Origin.ID, c.Episode, kind, c.Seq)))
}

// backOut leaves an episode that never was: evidence came that the one before had
// ended earlier, or that the reset was none. The one before is taken up as the
// reset left it.
func (s *step) backOut() {
	s.withdraw()
	s.close()
	before := *s.Before
	before.Key, before.Seq = s.Key, s.Seq
	s.Clock = before
}

// follow brings one episode up to its plan.
func (s *step) follow(p *plan) {
	switch {
	case p.start.IsZero() && s.State == Pending:
		return
	case p.start.IsZero():
		s.withdraw()
		return
	case s.State == Pending:
		if s.Origin.IsZero() {
			s.Origin = s.Subject
		}
		s.State, s.StartedAt, s.DueAt = Running, p.start, p.dueAfter(0)
		s.tell(Transition{Kind: Started, At: p.start, Due: s.DueAt})
	case !p.start.Equal(s.StartedAt):
		s.StartedAt = p.start
		s.move(p, Restarted, p.start)
	}
	s.hold(p)
	s.end(p)
}

// withdraw cancels a clock whose start is not known any more.
func (s *step) withdraw() {
	if s.State != Cancelled {
		s.State, s.EndedAt = Cancelled, s.at.Now
		s.Verdict, s.Provisional = None, false
		s.tell(Transition{Kind: Withdrawn, At: s.at.Now})
	}
}

// move sets the deadline that follows from the holds told so far.
func (s *step) move(p *plan, kind Kind, at time.Time) {
	if due := p.dueAfter(s.Holds); !due.IsZero() {
		s.DueAt = due
	}
	s.tell(Transition{Kind: kind, At: at, Due: s.DueAt})
}

// hold tells the pauses and resumes that were not told yet, and a deadline that
// moved for another reason: an earlier hold that is known only now, or a changed
// SLA.
func (s *step) hold(p *plan) {
	if !s.Open() {
		return
	}
	if s.Holds > len(p.holds) { // a hold was taken back
		s.Holds, s.State = len(p.holds), Running
	}
	if n := s.Holds; s.State == Running && n > 0 && p.holds[n-1].to.IsZero() {
		s.State = Paused // its resume was taken back
		s.tell(Transition{Kind: PausedKind, At: p.holds[n-1].from})
	}
	for {
		if s.State == Paused {
			h := p.holds[s.Holds-1]
			if h.to.IsZero() {
				return
			}
			s.State = Running
			s.DueAt = p.dueAfter(s.Holds)
			s.tell(Transition{Kind: ResumedKind, At: h.to, Due: s.DueAt})
		}
		if s.Holds == len(p.holds) {
			break
		}
		if due := p.dueAfter(s.Holds); !due.Equal(s.DueAt) {
			s.move(p, Rescheduled, s.at.Now)
		}
		s.State = Paused
		s.tell(Transition{Kind: PausedKind, At: p.holds[s.Holds].from})
		s.Holds++
	}
	if !p.due.IsZero() && !p.due.Equal(s.DueAt) {
		s.move(p, Rescheduled, s.at.Now)
	}
}

// end judges: what ended the clock, and whether its deadline had passed.
func (s *step) end(p *plan) {
	end := p.end()
	switch overdue := !p.due.IsZero() && (end.IsZero() && s.at.Over(p.due) || end.After(p.due)); {
	case overdue:
		s.breach(p, end)
	case s.Verdict == Breached && (!end.IsZero() || p.due.IsZero() || s.at.Now.Before(p.due)):
		s.Verdict, s.Provisional = Corrected, false
		s.tell(Transition{Kind: Correction, At: s.at.Now})
	}
	switch {
	case end.IsZero() && !s.Open():
		s.reopen(p)
	case !p.stop.IsZero():
		if s.Verdict == None {
			s.Verdict = Met
		}
		s.conclude(Ended, EndedKind, end)
	case !end.IsZero():
		if s.Verdict == Met { // by a stop that turned out to come after the cancellation
			s.Verdict = None
		}
		s.conclude(Cancelled, CancelKind, end)
	}
}

// breach tells a breach once, and that it is certain once it is.
func (s *step) breach(p *plan, end time.Time) {
	behind := end.IsZero() && s.at.behind(p.due)
	switch {
	case s.Verdict != Breached:
		s.Verdict, s.Provisional, s.BreachedAt = Breached, behind, s.at.Now
		s.DueAt = p.due
		s.tell(Transition{Kind: BreachKind, At: p.due, LateBy: s.at.Now.Sub(p.due), Provisional: behind})
	case s.Provisional && !behind:
		s.Provisional = false
		s.tell(Transition{Kind: Confirmed, At: s.at.Now})
	}
}

func (s *step) conclude(state State, kind Kind, at time.Time) {
	was := s.State
	s.State, s.EndedAt = state, at
	if was == state {
		return // told already; only its time is known better
	}
	t := Transition{Kind: kind, At: at}
	if kind == EndedKind {
		t.Verdict = s.Verdict
	}
	s.tell(t)
}

// reopen takes up a clock whose end is not known any more.
func (s *step) reopen(p *plan) {
	s.State, s.EndedAt = Running, time.Time{}
	if s.Verdict == Met {
		s.Verdict = None
	}
	s.Holds = min(s.Holds, len(p.holds))
	s.tell(Transition{Kind: Reopened, At: s.at.Now, Due: s.DueAt})
	s.hold(p)
}
