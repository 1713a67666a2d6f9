package lineage

import (
	"cmp"
	"slices"
	"time"
)

// judgeStages says where each stage of an execution stands, and from that where
// the execution stands.
func (f *flowGraph) judgeStages(x *Execution, b *body) {
	x.State = StateObserved
	if len(f.flow.Stages) == 0 {
		return
	}
	x.State = StateCompleted
	for _, rule := range f.flow.Stages {
		stage, doneAt := f.judgeStage(rule, b)
		if rule.Complete == CompleteAmount && stage.State != StatePending {
			doneAt = x.judgeAmount(&f.flow, rule, &stage)
		}
		x.Stages = append(x.Stages, stage)
		if stage.State != StatePending {
			x.Stage = stage.Name
		}
		switch {
		case stage.State == StateFailed:
			x.State = StateFailed
		case stage.State == StateRetrying && x.State != StateFailed:
			x.State = StateRetrying
		case stage.State != StateDone && x.State == StateCompleted:
			x.State = StateOpen
		}
		if doneAt.After(x.EndedAt) {
			x.EndedAt = doneAt
		}
	}
	if x.State != StateCompleted {
		x.EndedAt = time.Time{}
	}
}

// progress is what is known of one object in one stage. Events come in the
// order of their times, so the last one says how it stands.
type progress struct {
	last   int32     // outcome, a word
	doneAt time.Time // of the first event that went well
	naming []int32   // the business objects that the last failure named
}

func (p *progress) told(r *record) {
	p.last = r.outcome
	if at := r.happened(); !r.failed() && (p.doneAt.IsZero() || at.Before(p.doneAt)) {
		p.doneAt = at
	}
}

// failed tells whether the step that an event reports did not go well.
func (e *Event) failed() bool { return e.Outcome == OutcomeFailed || e.Outcome == OutcomeRetrying }

func (r *record) failed() bool { return r.outcome == wordFailed || r.outcome == wordRetrying }

func (f *flowGraph) judgeStage(rule StageRule, b *body) (Stage, time.Time) {
	stage := Stage{Name: rule.Name, Type: rule.Type, By: rule.By, State: StatePending}
	passed := make(map[int32]*progress)
	tries := 0
	for _, at := range b.events {
		e := f.g.read(at)
		about, ok := f.reports(e, rule)
		if !ok {
			continue
		}
		about = slices.DeleteFunc(about, func(n int32) bool {
			return n >= 0 && !b.truncated && f.g.typeOf(n) == rule.Type && !b.holds(n)
		})
		if len(about) == 0 {
			continue // it is another execution's
		}
		if stage.First.IsZero() {
			stage.First = e.time
		}
		stage.Last = e.time
		tries++
		stage.Attempts = max(stage.Attempts, e.attempt)
		for _, n := range about {
			if passed[n] == nil {
				passed[n] = &progress{}
			}
			passed[n].told(e)
			if e.failed() {
				passed[n].naming = f.business(e)
			}
		}
		if e.failed() {
			stage.Reason = string(e.reason)
		} else if len(passed) > len(about) {
			f.makeGood(passed, rule, e)
		}
	}
	if tries == 0 {
		return stage, time.Time{}
	}
	if stage.Attempts == 0 {
		stage.Attempts = tries
	}
	stage.State = StatePartial
	doneAt := f.completedAt(rule, b, passed)
	stage.DoneAt = f.firstDoneAt(rule, b, passed)
	for n, p := range passed {
		if !p.doneAt.IsZero() && f.goesThrough(n, rule) && b.holds(n) {
			stage.Progress = append(stage.Progress, Progress{f.g.object(n), p.doneAt})
		}
		if p.last == wordFailed {
			stage.State = StateFailed
		} else if p.last == wordRetrying && stage.State != StateFailed {
			stage.State = StateRetrying
		}
	}
	slices.SortFunc(stage.Progress, func(a, b Progress) int { return a.Object.Compare(b.Object) })
	if stage.State == StatePartial {
		stage.Reason = ""
		if !doneAt.IsZero() {
			stage.State = StateDone
		}
	}
	return stage, doneAt
}

// goesThrough tells whether a node is of the type that goes through a stage; -1
// stands for an event that has no subject.
func (f *flowGraph) goesThrough(n int32, rule StageRule) bool {
	return n < 0 || f.g.typeOf(n) == rule.Type
}

// makeGood forgets the failures that an event which went well has overcome. A
// step that fails before its object exists (an invoice that cannot be posted has
// no number yet) is told of the objects that it is for; once the step goes well
// for any of these, it has not failed any more.
func (f *flowGraph) makeGood(passed map[int32]*progress, rule StageRule, e *record) {
	var named []int32
	for n, p := range passed {
		if f.goesThrough(n, rule) || p.last != wordFailed && p.last != wordRetrying {
			continue
		}
		if named == nil {
			named = f.business(e)
		}
		if slices.ContainsFunc(p.naming, func(n int32) bool { return slices.Contains(named, n) }) {
			p.last = e.outcome
		}
	}
}

// business returns the canonical nodes of the business objects that an event names.
func (f *flowGraph) business(r *record) []int32 {
	var nodes []int32
	add := func(n int32) {
		if f.g.nodes[n].has(isBusiness) {
			nodes = append(nodes, f.g.nodes[n].canon)
		}
	}
	for _, ref := range r.refs {
		add(ref.node)
	}
	for _, rel := range r.relations {
		add(rel.from)
		add(rel.to)
	}
	return nodes
}

// reports tells whether an event reports a stage, and about which objects. An
// event that names no stage reports the stage of its subject's type, so that the
// conventions alone show progress. Where others report (a payment that invoices
// are paid), it is about the objects of the stage's type that it names, or its
// subject when it names none. Spans and logs report none by themselves.
func (f *flowGraph) reports(r *record, rule StageRule) (about []int32, ok bool) {
	words := f.g.words.names
	subject := r.subject()
	if subject < 0 {
		return []int32{-1}, words[r.stage] == rule.Name
	}
	typ := f.g.typeOf(subject)
	if r.stage != wordNone {
		ok = words[r.stage] == rule.Name
	} else {
		ok = r.kind == BusinessEvent && typ == cmp.Or(rule.By, rule.Type)
	}
	if !ok {
		return nil, false
	}
	if rule.By != "" && typ != rule.Type {
		for _, ref := range r.refs {
			about = f.appendOf(about, rule.Type, ref.node)
		}
		for _, rel := range r.relations {
			about = f.appendOf(f.appendOf(about, rule.Type, rel.from), rule.Type, rel.to)
		}
	}
	if len(about) == 0 {
		about = append(about, f.g.nodes[subject].canon)
	}
	return about, true
}

// appendOf appends the canonical node of a node that is of a type, once.
func (f *flowGraph) appendOf(about []int32, typ string, n int32) []int32 {
	if f.g.typeOf(n) != typ {
		return about
	}
	if n = f.g.nodes[n].canon; slices.Contains(about, n) {
		return about
	}
	return append(about, n)
}

// completedAt returns when the stage was complete, or the zero time.
func (f *flowGraph) completedAt(rule StageRule, b *body, passed map[int32]*progress) time.Time {
	var times []time.Time
	for n, p := range passed {
		if !p.doneAt.IsZero() && f.goesThrough(n, rule) {
			times = append(times, p.doneAt)
		}
	}
	need := 1
	switch rule.Complete {
	case CompleteCount:
		need = rule.Count
	case CompleteAll:
		need = 0
		for _, m := range b.members {
			if f.g.typeOf(m.node) != rule.Type {
				continue
			}
			need++
			if p := passed[m.node]; p == nil || p.doneAt.IsZero() {
				return time.Time{}
			}
		}
		need = max(need, 1)
	}
	if len(times) < need {
		return time.Time{}
	}
	return nth(times, need)
}

// firstDoneAt returns when the stage was complete for the first time, or the zero
// time: for CompleteAll by the objects that had been named until then. One that is
// named later opens the stage again, but what was promised had been kept.
func (f *flowGraph) firstDoneAt(rule StageRule, b *body, passed map[int32]*progress) time.Time {
	if rule.Complete != CompleteAll {
		return f.completedAt(rule, b, passed)
	}
	type span struct{ known, done time.Time }
	var objects []span
	named := f.namedAt(b)
	for _, m := range b.members {
		if f.g.typeOf(m.node) != rule.Type {
			continue
		}
		s := span{known: named[m.node]}
		if p := passed[m.node]; p != nil {
			s.done = p.doneAt
		}
		objects = append(objects, s)
	}
	if len(objects) == 0 {
		return f.completedAt(rule, b, passed)
	}
	slices.SortFunc(objects, func(a, b span) int { return a.known.Compare(b.known) })
	var latest time.Time // that one of those named so far was done
	for i, o := range objects {
		if o.done.IsZero() {
			return time.Time{} // whatever comes after it, it was named and not done
		}
		if o.done.After(latest) {
			latest = o.done
		}
		if i+1 == len(objects) || latest.Before(objects[i+1].known) {
			return latest
		}
	}
	return time.Time{}
}

// namedAt returns when each object was first named, by the events of the execution
// and by the relations between its members.
func (f *flowGraph) namedAt(b *body) map[int32]time.Time {
	first := make(map[int32]time.Time, len(b.members))
	look := func(n int32, at time.Time) {
		if t, ok := first[n]; !ok || at.Before(t) {
			first[n] = at
		}
	}
	for _, at := range b.events {
		r := f.g.read(at)
		for _, n := range f.business(r) {
			look(n, r.happened())
		}
	}
	for k, events := range f.edges(b) {
		for _, at := range events {
			happened := f.g.read(at).happened()
			look(k.from, happened)
			look(k.to, happened)
		}
	}
	return first
}

// nth returns the n-th earliest of times, counted from 1.
func nth(times []time.Time, n int) time.Time {
	for i := range n {
		for j := i + 1; j < len(times); j++ {
			if times[j].Before(times[i]) {
				times[i], times[j] = times[j], times[i]
			}
		}
	}
	return times[n-1]
}
