package clickhouse

import "throughline/slo"

// transitionRows are rows of the table transitions.
type transitionRows struct {
	clock
	impact                impact
	kind, verdict, source word
	id                    text
	seq                   *number[uint64]
	at, due, recorded     *number[int64]
	lateBy                *number[int64]
	provisional           *number[uint8]
}

func newTransitionRows() *transitionRows {
	return &transitionRows{
		clock: newClock(), impact: newImpact(), seq: uint64Column(), at: dateTime(), due: dateTime(), recorded: dateTime(),
		lateBy: int64Column(), provisional: uint8Column(),
	}
}

func (r *transitionRows) table() string { return "transitions" }

func (r *transitionRows) columns() []named {
	all := append(r.clock.columns("clock_"), r.impact.columns()...)
	return append(all, []named{
		{"source", &r.source},
		{"seq", r.seq},
		{"id", &r.id},
		{"kind", &r.kind},
		{"at", r.at},
		{"due", r.due},
		{"late_by", r.lateBy},
		{"verdict", &r.verdict},
		{"provisional", r.provisional},
		{"recorded", r.recorded},
	}...)
}

func (r *transitionRows) add(t *slo.Transition) {
	r.clock.add(&t.Clock)
	r.impact.add(&t.Impact)
	r.source.add(t.Impact.Source)
	r.seq.add(t.Seq)
	r.id.add(t.ID)
	r.kind.add(string(t.Kind))
	r.at.add(nanos(t.At))
	r.due.add(nanos(t.Due))
	r.lateBy.add(int64(t.LateBy))
	r.verdict.add(string(t.Verdict))
	r.provisional.add(flag(t.Provisional))
	r.recorded.add(nanos(t.Recorded))
}
