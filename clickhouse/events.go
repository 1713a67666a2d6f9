package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/events.sql
var eventsSQL string

// EventsSince streams every business event of a tenant back, by writer, block
// and row: the order in which they were stored. It ends with the first error
// that fn returns. Memory stays flat, however many there are.
func (s *Store) EventsSince(ctx context.Context, tenant string, fn func(writer string, block uint64, e *lineage.Event) error) error {
	scan := newEventScan()
	return s.each(ctx, "clickhouse.EventsSince", eventsSQL, []any{driver.Named("tenant", tenant)}, func(rows row) error {
		e, err := scan.read(rows)
		if err != nil {
			return err
		}
		return fn(scan.writer, scan.block, e)
	})
}

// eventScan is where the columns of an event are read to.
type eventScan struct {
	targets []any

	writer                            string
	block                             uint64
	event                             lineage.Event
	kind, outcome, trace, span        string
	time, recorded, ingested, attempt int64
	refs, from, to, equal             objectArrays
	roles, qualifiers                 []string
	priorities                        []int64
}

func newEventScan() *eventScan {
	s := &eventScan{}
	e := &s.event
	s.targets = []any{&s.writer, &s.block, &e.Tenant, &e.Source, &e.ID, &s.kind, &e.Type, &s.time, &s.recorded, &s.ingested,
		&e.Stage, &s.outcome, &s.attempt, &e.Reason, &e.Correlation, &e.Causation, &s.trace, &s.span,
		&e.Contract, &e.Payload, &e.Hash, &s.roles, &s.qualifiers, &s.priorities}
	for _, o := range []*objectArrays{&s.refs, &s.from, &s.to, &s.equal} {
		s.targets = append(s.targets, o.targets()...)
	}
	return s
}

// read reads one row. What it returns shares nothing with the next.
func (s *eventScan) read(rows row) (*lineage.Event, error) {
	if err := rows.Scan(s.targets...); err != nil {
		return nil, err
	}
	e := s.event
	e.Kind, e.Outcome, e.Attempt = kindNamed(s.kind), lineage.Outcome(s.outcome), int(s.attempt)
	e.Time, e.Recorded, e.Ingested = moment(s.time), moment(s.recorded), moment(s.ingested)
	copy(e.TraceID[:], s.trace)
	copy(e.SpanID[:], s.span)
	for i, role := range s.roles {
		e.Refs = append(e.Refs, lineage.Ref{Object: s.refs.at(i), Role: lineage.Role(role)})
	}
	for i, qualifier := range s.qualifiers {
		e.Relations = append(e.Relations, lineage.Relation{From: s.from.at(i), To: s.to.at(i), Qualifier: qualifier})
	}
	for i, priority := range s.priorities {
		e.Equalities = append(e.Equalities, lineage.Equality{A: s.equal.at(2 * i), B: s.equal.at(2*i + 1), Priority: int(priority)})
	}
	return &e, nil
}
