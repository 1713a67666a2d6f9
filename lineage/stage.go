package lineage

import "time"

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
	last   Outcome
	doneAt time.Time // of the first event that went well
}

func (f *flowGraph) judgeStage(rule StageRule, b *body) (Stage, time.Time) {
	stage := Stage{Name: rule.Name, State: StatePending}
	passed := make(map[int32]*progress)
	tries := 0
	for _, at := range b.events {
		e := f.g.events[at]
		subject, ok := f.reports(e, rule)
		if !ok {
			continue
		}
		if stage.First.IsZero() {
			stage.First = e.Time
		}
		stage.Last = e.Time
		tries++
		stage.Attempts = max(stage.Attempts, e.Attempt)
		p := passed[subject]
		if p == nil {
			p = &progress{}
			passed[subject] = p
		}
		p.last = e.Outcome
		if e.Outcome == OutcomeFailed || e.Outcome == OutcomeRetrying {
			stage.Reason = e.Reason
		} else if p.doneAt.IsZero() {
			p.doneAt = e.Time
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
	for _, p := range passed {
		if p.last == OutcomeFailed {
			stage.State = StateFailed
		} else if p.last == OutcomeRetrying && stage.State != StateFailed {
			stage.State = StateRetrying
		}
	}
	if stage.State == StatePartial && !doneAt.IsZero() {
		stage.State, stage.Reason = StateDone, ""
	}
	return stage, doneAt
}

// reports tells whether an event reports a stage, and about which object. An
// event that names no stage reports the stage of its subject's type, so that
// the conventions alone show progress. Spans and logs report none by themselves.
func (f *flowGraph) reports(e *Event, rule StageRule) (int32, bool) {
	o := e.Subject()
	if o.IsZero() {
		return -1, e.Stage == rule.Name
	}
	subject := f.g.nodes[f.g.byObject[o]].canon
	if e.Stage != "" {
		return subject, e.Stage == rule.Name
	}
	return subject, e.Kind == BusinessEvent && o.Type == rule.Type
}

// completedAt returns when the stage was complete, or the zero time.
func (f *flowGraph) completedAt(rule StageRule, b *body, passed map[int32]*progress) time.Time {
	var times []time.Time
	for _, p := range passed {
		if !p.doneAt.IsZero() {
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
			if f.g.nodes[m.node].object.Type != rule.Type {
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
