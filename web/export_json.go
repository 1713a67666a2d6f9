package web

import (
	"context"
	"encoding/json"

	"throughline/lineage"
)

// The lines of an export. Others read them: fields are added, never renamed or removed.
type (
	eventLine struct {
		Event wholeEventJSON `json:"event"`
	}
	wholeEventJSON struct {
		Kind        string          `json:"kind"`
		Source      string          `json:"source"`
		ID          string          `json:"id"`
		Type        string          `json:"type"`
		Time        moment          `json:"time"`
		Stage       string          `json:"stage"`
		Outcome     string          `json:"outcome"`
		Reason      string          `json:"reason"`
		Attempt     int             `json:"attempt"`
		Answer      int             `json:"answer"`
		Amount      *amountJSON     `json:"amount"`
		Correlation string          `json:"correlation"`
		Causation   string          `json:"causation"`
		TraceID     string          `json:"trace_id"`
		SpanID      string          `json:"span_id"`
		Refs        []wholeRefJSON  `json:"refs"`
		Relations   []wholeEdgeJSON `json:"relations"`
		Data        json.RawMessage `json:"data"`
	}
	wholeObjectJSON struct {
		Type   string `json:"type"`
		System string `json:"system"`
		Scope  string `json:"scope"`
		ID     string `json:"id"`
	}
	wholeRefJSON struct {
		wholeObjectJSON
		Role   string      `json:"role"`
		Amount *amountJSON `json:"amount"` // of the subject's, that goes to it
	}
	wholeEdgeJSON struct {
		From      wholeObjectJSON `json:"from"`
		To        wholeObjectJSON `json:"to"`
		Qualifier string          `json:"qualifier"`
		Amount    *amountJSON     `json:"amount"`
	}
	executionLine struct {
		Execution wholeExecutionJSON `json:"execution"`
	}
	wholeExecutionJSON struct {
		Anchor     wholeObjectJSON  `json:"anchor"`
		Unanchored bool             `json:"unanchored"`
		Truncated  bool             `json:"truncated"`
		State      string           `json:"state"`
		Events     []wholeEventJSON `json:"events"` // without their data
	}
)

// exportEvents writes every event of a flow's executions once, with its data.
func (s *Server) exportEvents(ctx context.Context, flow string, put func(any) error) error {
	return s.deps.Exports.FlowEvents(ctx, s.config.Tenant, flow, func(e *lineage.Event) error {
		line := eventLine{wholeEventOf(e)}
		line.Event.Data = dataOf(e.Payload)
		return put(line)
	})
}

// exportExecutions writes every execution of a flow with its events, which in several
// stand in each. An execution that merged into another meanwhile is in that one.
func (s *Server) exportExecutions(ctx context.Context, flow string, put func(any) error) error {
	q := lineage.ListQuery{Tenant: s.config.Tenant, Flow: flow, Limit: maxLimit}
	for {
		page, err := s.deps.Lineage.List(ctx, q)
		if err != nil {
			return err
		}
		for _, x := range page.Executions {
			if err := s.exportExecution(ctx, lineage.ExecutionRef{Flow: flow, Anchor: x.Anchor}, put); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

func (s *Server) exportExecution(ctx context.Context, ref lineage.ExecutionRef, put func(any) error) error {
	answer, err := s.deps.Lineage.Lookup(ctx, lineage.ObjectQuery{
		Tenant: s.config.Tenant, Flow: ref.Flow, Type: ref.Anchor.Type, System: ref.Anchor.System, Scope: ref.Anchor.Scope, ID: ref.Anchor.ID,
	})
	if err != nil && lineage.KindOf(err) != lineage.NotFound {
		return err
	}
	for _, list := range [][]*lineage.Execution{answer.Executions, answer.Unanchored} {
		for _, x := range list {
			if x.Flow != ref.Flow || x.Anchor != ref.Anchor {
				continue
			}
			return put(executionLine{wholeExecutionJSON{
				Anchor: wholeObjectJSON(x.Anchor), Unanchored: x.Unanchored, Truncated: x.Truncated, State: string(x.State),
				Events: each(x.Events, wholeEventOf),
			}})
		}
	}
	return nil
}

func wholeEventOf(e *lineage.Event) wholeEventJSON {
	out := wholeEventJSON{
		Kind: e.Kind.String(), Source: e.Source, ID: e.ID, Type: e.Type, Time: moment(e.Time), Stage: e.Stage,
		Outcome: string(e.Outcome), Reason: e.Reason, Attempt: e.Attempt, Answer: e.Answer, Amount: amountOf(e.Amount),
		Correlation: e.Correlation, Causation: e.Causation,
		Refs: each(e.Refs, func(r lineage.Ref) wholeRefJSON {
			return wholeRefJSON{wholeObjectJSON(r.Object), string(r.Role), amountOf(r.Amount)}
		}),
		Relations: each(e.Relations, func(r lineage.Relation) wholeEdgeJSON {
			return wholeEdgeJSON{wholeObjectJSON(r.From), wholeObjectJSON(r.To), r.Qualifier, amountOf(r.Amount)}
		}),
	}
	if !e.TraceID.IsZero() {
		out.TraceID = e.TraceID.String()
	}
	if !e.SpanID.IsZero() {
		out.SpanID = e.SpanID.String()
	}
	return out
}

// dataOf is an event's data as JSON: as it came, or as a text where it is none.
func dataOf(payload string) json.RawMessage {
	if payload == "" {
		return nil
	}
	if json.Valid([]byte(payload)) {
		return json.RawMessage(payload)
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return nil // a string always marshals
	}
	return text
}
