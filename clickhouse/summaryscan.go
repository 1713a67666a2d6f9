package clickhouse

import "throughline/lineage"

// summaryScan is where the columns of an execution in short are read to.
type summaryScan struct {
	targets []any

	summary              lineage.Summary
	unanchored           uint8
	state                string
	started, last, ended int64
	objects, events      uint32
}

func newSummaryScan() *summaryScan {
	s := &summaryScan{}
	s.targets = append(append([]any{&s.summary.Flow}, objectTargets(&s.summary.Anchor)...),
		&s.unanchored, &s.state, &s.summary.Stage, &s.started, &s.last, &s.ended, &s.objects, &s.events)
	return s
}

// read returns the row that was scanned. The next one takes its place.
func (s *summaryScan) read() *lineage.Summary {
	e := &s.summary
	e.Unanchored, e.State, e.Objects, e.Events = s.unanchored != 0, lineage.State(s.state), int(s.objects), int(s.events)
	e.StartedAt, e.LastAt, e.EndedAt = moment(s.started), moment(s.last), moment(s.ended)
	return e
}
