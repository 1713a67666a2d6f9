package clickhouse

import (
	"context"
	_ "embed"
	"encoding/hex"
	"strconv"

	"throughline/lineage"
)

//go:embed query/events.sql
var eventsSQL string

// EventsSince streams every business event of a tenant back, by writer, block
// and row: the order in which they were stored. Those that were mapped anew come as they
// are mapped now, and those that are refused now do not. It ends with the first error
// that fn returns. Memory stays flat, however many there are.
func (s *Store) EventsSince(ctx context.Context, tenant string, fn func(writer string, block uint64, e *lineage.Event) error) error {
	const op = "clickhouse.EventsSince"
	runs, err := s.runs(ctx, op, tenant)
	if err != nil {
		return err
	}
	for i := range runs {
		err := s.remapped(ctx, op, eventsSQL+eventsRunSQL, remappedSQL+remappedRunSQL, runs[i].args(tenant), func(e *lineage.Stored) error {
			if e.Refused {
				return nil
			}
			return fn(e.Writer, e.Block, e.Event)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eventScan is where the columns of an event are read to.
type eventScan struct {
	targets []any

	place                      lineage.Place
	event                      lineage.Event
	kind, outcome, trace, span string
	time, recorded, ingested   int64
	attempt, answer            int64
	refs, relations            uint64 // how many there are
	equalities                 uint64
	refAmounts, amounts        uint64 // of refs and of relations: as many as there are, or none
	links                      uint64
	words                      []string // theirs, column by column: see query/events.sql
}

func newEventScan() *eventScan {
	s := &eventScan{}
	e := &s.event
	s.targets = []any{
		&s.place.Writer, &s.place.Block, &s.place.Row, &e.Tenant, &e.Source, &e.ID, &s.kind, &e.Type, &s.time, &s.recorded, &s.ingested,
		&e.Stage, &s.outcome, &s.attempt, &s.answer, &e.Amount.Minor, &e.Amount.Currency, &e.Reason, &e.Correlation, &e.Causation,
		&s.trace, &s.span, &e.Contract, &e.Payload, &e.Envelope, &e.Hash, &s.refs, &s.relations, &s.equalities, &s.refAmounts, &s.amounts, &s.links, &s.words,
	}
	return s
}

// read reads one row. What it returns shares nothing with the next.
func (s *eventScan) read(rows row) (*lineage.Event, error) {
	if err := rows.Scan(s.targets...); err != nil {
		return nil, err
	}
	e := s.event
	e.Kind, e.Outcome, e.Attempt, e.Answer = kindNamed(s.kind), lineage.Outcome(s.outcome), int(s.attempt), int(s.answer)
	e.Time, e.Recorded, e.Ingested = moment(s.time), moment(s.recorded), moment(s.ingested)
	copy(e.TraceID[:], s.trace)
	copy(e.SpanID[:], s.span)
	return &e, s.objects(&e)
}

// objects reads what the event names from words.
func (s *eventScan) objects(e *lineage.Event) error {
	rest := s.words
	take := func(n uint64) []string {
		head := rest[:n]
		rest = rest[n:]
		return head
	}
	fit := func(n, of uint64) bool { return n == 0 || n == of }
	if uint64(len(rest)) != 5*s.refs+9*s.relations+9*s.equalities+2*s.refAmounts+2*s.amounts+s.links || !fit(s.refAmounts, s.refs) || !fit(s.amounts, s.relations) {
		return lineage.Errorf(lineage.Internal, "clickhouse.EventsSince", "the arrays of event %q of %q do not fit each other", e.ID, e.Source)
	}
	refs, roles := arrays(take, s.refs), take(s.refs)
	from, to, qualifiers := arrays(take, s.relations), arrays(take, s.relations), take(s.relations)
	equal, priorities := arrays(take, 2*s.equalities), take(s.equalities)
	toRefs := allocationArrays{take(s.refAmounts), take(s.refAmounts)}
	byRelations := allocationArrays{take(s.amounts), take(s.amounts)}
	for _, text := range take(s.links) {
		var trace lineage.TraceID
		if _, err := hex.Decode(trace[:], []byte(text)); err != nil || len(text) != 2*len(trace) {
			return lineage.Errorf(lineage.Internal, "clickhouse.EventsSince", "event %q of %q links to %q, which is no trace id", e.ID, e.Source, text)
		}
		e.Links = append(e.Links, trace)
	}
	for i, role := range roles {
		amount, err := toRefs.at(i)
		if err != nil {
			return err
		}
		e.Refs = append(e.Refs, lineage.Ref{Object: refs.at(i), Role: lineage.Role(role), Amount: amount})
	}
	for i, qualifier := range qualifiers {
		amount, err := byRelations.at(i)
		if err != nil {
			return err
		}
		e.Relations = append(e.Relations, lineage.Relation{From: from.at(i), To: to.at(i), Qualifier: qualifier, Amount: amount})
	}
	for i, text := range priorities {
		priority, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		e.Equalities = append(e.Equalities, lineage.Equality{A: equal.at(2 * i), B: equal.at(2*i + 1), Priority: priority})
	}
	return nil
}
