package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"throughline/lineage"
)

// exportLine is one line of /api/v1/export: one of these.
type exportLine struct {
	Event     *exportEvent     `json:"event"`
	Execution *exportExecution `json:"execution"`
	End       *struct {
		Lines int `json:"lines"`
	} `json:"end"`
	Error string `json:"error"`
}

type exportObject struct{ Type, System, Scope, ID string }

type exportAmount struct {
	Minor    int64
	Currency string
}

// money is the amount, or none where none was told.
func (a *exportAmount) money() lineage.Money {
	if a == nil {
		return lineage.Money{}
	}
	return lineage.Money{Minor: a.Minor, Currency: a.Currency}
}

type exportEvent struct {
	Kind, Source, ID, Type, Stage, Outcome, Reason, Correlation, Causation string
	Time                                                                   time.Time
	Attempt, Answer                                                        int
	Amount                                                                 *exportAmount
	TraceID                                                                string `json:"trace_id"`
	SpanID                                                                 string `json:"span_id"`
	Refs                                                                   []struct {
		exportObject
		Role   string
		Amount *exportAmount
	}
	Relations []struct {
		From, To  exportObject
		Qualifier string
		Amount    *exportAmount
	}
	Data json.RawMessage
}

type exportExecution struct {
	Anchor                exportObject
	Unanchored, Truncated bool
	State                 string
	Events                []exportEvent
}

// readLines reads an export to its end. One that was cut short is an error, whatever
// came of it.
func readLines(ctx context.Context, from, flow, what string, take func(*exportLine) error) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from+"/api/v1/export/"+url.PathEscape(flow)+"/"+what, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
		return errors.Join(problemOf(answer, body), err)
	}
	in := json.NewDecoder(answer.Body)
	for n := 0; ; n++ {
		var line exportLine
		if err := in.Decode(&line); err != nil {
			return fmt.Errorf("the export broke off after %d lines: %w", n, err)
		}
		switch {
		case line.Error != "":
			return errors.New(line.Error)
		case line.End != nil && line.End.Lines != n:
			return fmt.Errorf("the export has %d lines, and says that it has %d", n, line.End.Lines)
		case line.End != nil:
			return nil
		}
		if err := take(&line); err != nil {
			return err
		}
	}
}

// event is the event of a line, with what an export needs of it.
func (e *exportEvent) event() *lineage.Event {
	out := &lineage.Event{
		Source: e.Source, ID: e.ID, Type: e.Type, Time: e.Time, Stage: e.Stage, Outcome: lineage.Outcome(e.Outcome), Reason: e.Reason,
		Attempt: e.Attempt, Answer: e.Answer, Amount: e.Amount.money(), Correlation: e.Correlation, Causation: e.Causation,
	}
	for _, kind := range []lineage.EventKind{lineage.SpanEvent, lineage.LogEvent} {
		if kind.String() == e.Kind {
			out.Kind = kind
		}
	}
	if id, err := hex.DecodeString(e.TraceID); err == nil {
		copy(out.TraceID[:], id)
	}
	if id, err := hex.DecodeString(e.SpanID); err == nil {
		copy(out.SpanID[:], id)
	}
	for _, r := range e.Refs {
		out.Refs = append(out.Refs, lineage.Ref{Object: lineage.Object(r.exportObject), Role: lineage.Role(r.Role), Amount: r.Amount.money()})
	}
	for _, r := range e.Relations {
		out.Relations = append(out.Relations, lineage.Relation{From: lineage.Object(r.From), To: lineage.Object(r.To), Qualifier: r.Qualifier, Amount: r.Amount.money()})
	}
	if string(e.Data) != "null" {
		out.Payload = string(e.Data)
	}
	return out
}

func (x *exportExecution) execution() *lineage.Execution {
	out := &lineage.Execution{Anchor: lineage.Object(x.Anchor), Unanchored: x.Unanchored, Truncated: x.Truncated, State: lineage.State(x.State)}
	for i := range x.Events {
		out.Events = append(out.Events, x.Events[i].event())
	}
	return out
}
