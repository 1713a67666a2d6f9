package lineage

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// coverage is how far a stage of amounts has come.
type coverage struct {
	state    State // partial, done or ambiguous
	covered  Money // what is certain
	target   Money
	reason   string     // why it is ambiguous
	doneAt   time.Time  // when the target was first reached, by what had been told until then
	since    time.Time  // since when it has been reached without a break; zero: it is not
	progress []Progress // where the amounts are not those of the stage's type: of its objects, when their own were reached
}

// cover judges a stage that is complete by its amount. What has gone through are the
// objects of the type rule.Of that passed, or, where that is not the stage's own type,
// those that events of the stage are about. The stage is done when the parts of their
// amounts that belong to this execution add up to the amount of the anchor, or to that
// of the objects of the type rule.Against. It is ambiguous while a part that matters is
// not told, or is told in another currency; none is ever guessed. What is certain is
// enough: once it reaches the target, a part that can only add to it does not matter.
func (x *Execution) cover(flow *Flow, rule StageRule, passed []Progress) coverage {
	s := amountStage{ledger: newLedger(x, flow.Ranks[flow.Anchor]), flow: flow, rule: rule, passed: make(map[int]time.Time)}
	if cmp.Or(rule.Of, rule.Type) == rule.Type {
		for _, p := range passed {
			if i, ok := s.members[p.Object]; ok {
				s.passed[i] = p.DoneAt
			}
		}
	} else {
		s.listen()
	}
	out := coverage{state: StatePartial}
	reached := make(map[int]time.Time)
	for _, at := range s.moments() {
		now := s.judge(s.open(at), reached)
		if now.state == StateDone {
			now.since = cmp.Or(out.since, at)
		}
		now.doneAt = cmp.Or(out.doneAt, now.since)
		out = now
	}
	for i, at := range reached {
		out.progress = append(out.progress, Progress{x.Members[i].Object, at})
	}
	slices.SortFunc(out.progress, func(a, b Progress) int { return a.Object.Compare(b.Object) })
	return out
}

// judgeAmount settles a stage that is complete by its amount, once its other fields are
// there, and returns since when it has been complete: the zero time while it is not. A
// stage that has failed or is tried again stays so.
func (x *Execution) judgeAmount(flow *Flow, rule StageRule, stage *Stage) time.Time {
	c := x.cover(flow, rule, stage.Progress)
	stage.Covered, stage.Target, stage.DoneAt = c.covered, c.target, c.doneAt
	if cmp.Or(rule.Of, rule.Type) != rule.Type {
		stage.Progress = c.progress
	}
	if stage.State == StatePartial || stage.State == StateDone {
		stage.State, stage.Reason = c.state, c.reason
	}
	return c.since
}

// amountStage is a stage of amounts, and what has gone through it.
type amountStage struct {
	*ledger
	flow   *Flow
	rule   StageRule
	passed map[int]time.Time // by member
}

// listen finds what has gone through by the events of the stage about it.
func (s *amountStage) listen() {
	for _, e := range s.x.Events {
		i, ok := s.members[e.Subject()]
		if !ok || e.failed() || s.x.Members[i].Object.Type != s.rule.Of || e.Stage != s.rule.Name && (e.Stage != "" || e.Kind != BusinessEvent) {
			continue
		}
		if at := e.Happened(); s.passed[i].IsZero() || at.Before(s.passed[i]) {
			s.passed[i] = at
		}
	}
}

// moments are those at which something has gone through, or may have come to be known
// otherwise, in their order.
func (s *amountStage) moments() []time.Time {
	var all []time.Time
	for _, at := range s.passed {
		all = append(all, at)
	}
	if len(all) == 0 {
		return nil
	}
	first := slices.MinFunc(all, time.Time.Compare)
	for _, at := range s.ledger.moments() {
		if at.After(first) {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// judge says where the stage stood at a moment, and notes which of its objects had
// then been reached by amounts of another type.
func (s *amountStage) judge(p *page, reached map[int]time.Time) coverage {
	target, found := s.target(p)
	covered, into := s.through(p, target.money.Currency)
	if of := cmp.Or(s.rule.Of, s.rule.Type); of != s.rule.Type {
		for i, in := range into {
			if reached[i].IsZero() && s.x.Members[i].Object.Type == s.rule.Type && in.why == "" && reaches(in.money, p.left(i)) {
				reached[i] = p.at
			}
		}
	}
	if !found {
		return coverage{state: StatePartial}
	}
	out := coverage{state: StatePartial, covered: covered.money, target: target.money}
	switch why := cmp.Or(target.why, s.cut(), covered.why); {
	case target.why == "" && s.cut() == "" && !covered.less && reaches(covered.money, target.money):
		out.state = StateDone
	case why != "":
		out.state, out.reason = StateAmbiguous, sentence(string(why))
	}
	if target.why != "" {
		out.target = Money{}
	}
	return out
}

// through adds up what has gone through by a moment, in the currency of the target,
// and what of it goes to each member on its way to the anchor.
func (s *amountStage) through(p *page, currency string) (covered sum, into map[int]*sum) {
	covered = sum{money: Money{0, currency}}
	into = make(map[int]*sum)
	for i := range s.x.Members {
		if at, ok := s.passed[i]; !ok || at.After(p.at) {
			continue
		}
		parts, why := p.net(i)
		if why != "" {
			covered.miss(why, p.amount(i).Minor <= 0)
			continue
		}
		for _, part := range parts {
			if part.to == here || p.whole(part.to) {
				covered.add(part.amount, p.name(i))
			}
			if part.to == here {
				continue
			}
			if into[part.to] == nil {
				into[part.to] = &sum{}
			}
			into[part.to].add(part.amount, p.name(i))
		}
	}
	for i := range s.x.Members {
		in := into[i]
		if in == nil || p.whole(i) {
			continue
		}
		if m, why := p.settle(i, in.money); in.why != "" || why != "" {
			covered.miss(cmp.Or(in.why, why), in.less || in.money.Minor <= 0)
		} else {
			covered.add(m, p.name(i))
		}
	}
	return covered, into
}

// target adds up what is to be reached. found is false while there is none of it.
func (s *amountStage) target(p *page) (target sum, found bool) {
	for i := range s.x.Members {
		o := s.x.Members[i].Object
		if o.Type != cmp.Or(s.rule.Against, s.flow.Anchor) || o.Type == s.flow.Anchor && o != s.x.Anchor {
			continue
		}
		found = true
		m, why := p.share(i)
		if why != "" {
			target.miss(why, true)
		} else {
			target.add(m, p.name(i))
		}
	}
	return target, found
}

// cut says why an execution that is cut at its cap cannot be added up.
func (s *amountStage) cut() doubt {
	if !s.x.Truncated {
		return ""
	}
	return doubt("this transaction is larger than its flow's cap, so not every " + spoken(cmp.Or(s.rule.Of, s.rule.Type)) + " is counted; raise max_objects")
}

// sum is an amount that is added up from parts.
type sum struct {
	money Money // of the parts that are certain
	why   doubt // why it is not all of it
	less  bool  // what is missing may take away as well
}

// add adds a part; name is whose it is.
func (s *sum) add(m Money, name string) {
	switch total, ok := s.money.Plus(m); {
	case s.money.IsZero():
		s.money = m
	case ok:
		s.money = total
	case m.Currency != s.money.Currency:
		s.miss(doubt(name+" is in "+m.Currency+" and the rest in "+s.money.Currency+"; amounts of two currencies are never added"), m.Minor < 0)
	default:
		s.miss(doubt("with "+name+" the amounts are more than can be counted"), true)
	}
}

// miss notes a part that is not known.
func (s *sum) miss(why doubt, less bool) {
	s.why = cmp.Or(s.why, why)
	s.less = s.less || less
}

// reaches tells whether an amount is as much as a target, which may be negative.
func reaches(m, target Money) bool {
	if target.Minor < 0 {
		return m.Currency == target.Currency && m.Minor <= target.Minor
	}
	return m.Currency == target.Currency && m.Minor >= target.Minor
}

// checkAmount tells what is wrong with the amounts of a stage.
func (s *StageRule) checkAmount(f *Flow) error {
	if s.Complete != CompleteAmount {
		if s.Of != "" || s.Against != "" {
			return fmt.Errorf("of is %q and against is %q; they belong to complete: amount", s.Of, s.Against)
		}
		return nil
	}
	of, against := cmp.Or(s.Of, s.Type), cmp.Or(s.Against, f.Anchor)
	if of != s.Type && of != s.By {
		return fmt.Errorf("of is %q; want the type of the stage or that of by, whose events report it", s.Of)
	}
	if f.Ranks[of] <= f.Ranks[f.Anchor] {
		return fmt.Errorf("its amounts are those of %q, which does not come after the anchor; want of to be a type of a higher rank", of)
	}
	if rank, ok := f.Ranks[against]; !ok || rank < f.Ranks[f.Anchor] || against == of {
		return fmt.Errorf("against is %q; want the anchor or another type that comes after it", against)
	}
	return nil
}
