package web

import (
	"context"
	"net/http"

	"throughline/lineage"
	"throughline/web/view"
)

// The shapes of /api/v1/lineage. Others script against them: fields are added,
// never renamed or removed.
type (
	lineageAnswer struct {
		Executions []executionJSON `json:"executions"`
		Unanchored []executionJSON `json:"unanchored"`
	}
	executionJSON struct {
		Flow      string         `json:"flow"`
		Anchor    typeAndID      `json:"anchor"`
		State     string         `json:"state"`
		Truncated bool           `json:"truncated"`
		Objects   []objectJSON   `json:"objects"`
		Relations []relationJSON `json:"relations"`
		Claims    []claimJSON    `json:"claims"`
		Events    []eventJSON    `json:"events"`
		Stages    []stageJSON    `json:"stages"`
		Clocks    []clockJSON    `json:"clocks"`
		Traces    []traceJSON    `json:"traces"`
	}
	objectJSON struct {
		Type        string      `json:"type"`
		ID          string      `json:"id"`
		System      string      `json:"system"`
		Aliases     []aliasJSON `json:"aliases"`
		Rank        int         `json:"rank"`
		Leaf        bool        `json:"leaf"`
		Placeholder bool        `json:"placeholder"`
		Amount      *amountJSON `json:"amount"`
		Why         whyJSON     `json:"why"`
	}
	aliasJSON struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		System string `json:"system"`
	}
	relationJSON struct {
		From      typeAndID      `json:"from"`
		To        typeAndID      `json:"to"`
		Qualifier string         `json:"qualifier"`
		Evidence  []evidenceJSON `json:"evidence"`
		Amount    *amountJSON    `json:"amount"` // how much of one's amount goes to the other; null when not told
	}
	evidenceJSON struct {
		Kind   string      `json:"kind"`
		Source string      `json:"source"`
		ID     string      `json:"id"`
		Amount *amountJSON `json:"amount"` // what it says of the relation's
	}
	claimJSON struct {
		Claim string `json:"claim"`
		State string `json:"state"`
	}
	eventJSON struct {
		Source  string      `json:"source"`
		ID      string      `json:"id"`
		Type    string      `json:"type"`
		Time    moment      `json:"time"`
		Stage   string      `json:"stage"`
		Outcome string      `json:"outcome"`
		Attempt int         `json:"attempt"`
		TraceID string      `json:"trace_id"`
		Refs    []refJSON   `json:"refs"`
		Answer  int         `json:"answer"` // status code with which the other side answered; 0 when not told
		Amount  *amountJSON `json:"amount"`
	}
	refJSON struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		Role string `json:"role"`
	}
	stageJSON struct {
		Name     string `json:"name"`
		State    string `json:"state"`
		First    moment `json:"first"`
		Last     moment `json:"last"`
		Attempts int    `json:"attempts"`
		Reason   string `json:"reason"` // of the last failure; of an ambiguous stage, what is not known
		DoneAt   moment `json:"done_at"`

		// Of a stage that is complete by its amount; null otherwise, and where it is not known.
		Covered *amountJSON `json:"covered"` // what is certain to have gone through
		Target  *amountJSON `json:"target"`
		Short   *amountJSON `json:"short"` // what is missing
	}
	// traceJSON counts the spans of a trace; both are null while the store
	// cannot be asked.
	traceJSON struct {
		TraceID string `json:"trace_id"`
		Spans   *int   `json:"spans"`
		Errors  *int   `json:"errors"`
	}
)

func (s *Server) lineageJSON(r *http.Request, a ask) (any, error) {
	q, err := a.object(s.config.Tenant)
	if err != nil {
		return nil, err
	}
	answer, err := s.deps.Lineage.Lookup(r.Context(), q)
	if err != nil {
		return nil, err
	}
	if len(answer.Executions)+len(answer.Unanchored) == 0 {
		if err := s.unknownFlow(q.Flow); err != nil {
			return nil, err
		}
	}
	clocks, err := s.clocksOf(r.Context(), answer)
	if err != nil {
		return nil, err
	}
	lore := s.lore()
	lore.Clocks = clocks
	counts := s.countSpans(r.Context(), traceIDs(maxTraces, answer.Executions, answer.Unanchored))
	return lineageAnswer{
		Executions: executionsOf(answer.Executions, lore, counts),
		Unanchored: executionsOf(answer.Unanchored, lore, counts),
	}, nil
}

// countSpans counts the spans of traces; nil when the store cannot be asked.
func (s *Server) countSpans(ctx context.Context, ids []lineage.TraceID) map[lineage.TraceID]lineage.TraceSummary {
	out := make(map[lineage.TraceID]lineage.TraceSummary, len(ids))
	if len(ids) == 0 {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, tracesTimeout)
	defer cancel()
	summaries, err := s.deps.Traces.TraceSummaries(ctx, s.config.Tenant, ids)
	if err != nil {
		s.deps.Log.Warn("the spans of an answer cannot be counted", "error", err)
		return nil
	}
	for _, summary := range summaries {
		out[summary.TraceID] = summary
	}
	return out
}

func executionsOf(list []*lineage.Execution, lore view.Lore, counts map[lineage.TraceID]lineage.TraceSummary) []executionJSON {
	return each(list, func(e *lineage.Execution) executionJSON {
		return executionJSON{
			Flow: e.Flow, Anchor: named(e.Anchor), State: string(e.State), Truncated: e.Truncated,
			Objects:   membersJSON(e, lore),
			Relations: each(e.Edges, edgeJSON),
			Claims: each(e.Claims, func(c lineage.Claim) claimJSON {
				return claimJSON{c.Claim, string(c.State)}
			}),
			Events: each(e.Events, eventOf),
			Stages: each(e.Stages, stageOf),
			Clocks: each(lore.Of(e), clockOf),
			Traces: each(traceIDs(maxTraces, []*lineage.Execution{e}), func(id lineage.TraceID) traceJSON {
				if counts == nil {
					return traceJSON{TraceID: id.String()}
				}
				summary := counts[id]
				return traceJSON{id.String(), &summary.Spans, &summary.Errors}
			}),
		}
	})
}

func memberJSON(m lineage.Member, why whyJSON) objectJSON {
	return objectJSON{
		Type: m.Object.Type, ID: m.Object.ID, System: m.Object.System,
		Aliases: each(m.Aliases, func(o lineage.Object) aliasJSON { return aliasJSON{o.Type, o.ID, o.System} }),
		Rank:    m.Rank, Leaf: m.Leaf, Placeholder: m.Placeholder, Amount: amountOf(m.Amount), Why: why,
	}
}

func edgeJSON(e lineage.Edge) relationJSON {
	said := make(map[lineage.Evidence]lineage.Money, len(e.Allocations))
	for _, a := range e.Allocations {
		said[a.By] = a.Amount
	}
	return relationJSON{
		From: named(e.From), To: named(e.To), Qualifier: e.Qualifier, Amount: amountOf(e.Amount()),
		Evidence: each(e.Evidence, func(v lineage.Evidence) evidenceJSON {
			return evidenceJSON{v.Kind.String(), v.Source, v.ID, amountOf(said[v])}
		}),
	}
}

func eventOf(e *lineage.Event) eventJSON {
	return eventJSON{
		Source: e.Source, ID: e.ID, Type: e.Type, Time: moment(e.Time), Stage: e.Stage,
		Outcome: string(e.Outcome), Attempt: e.Attempt, TraceID: e.TraceID.String(),
		Refs:   each(e.Refs, func(r lineage.Ref) refJSON { return refJSON{r.Object.Type, r.Object.ID, string(r.Role)} }),
		Answer: e.Answer, Amount: amountOf(e.Amount),
	}
}

func stageOf(s lineage.Stage) stageJSON {
	return stageJSON{
		Name: s.Name, State: string(s.State), First: moment(s.First), Last: moment(s.Last), Attempts: s.Attempts, Reason: s.Reason,
		DoneAt: moment(s.DoneAt), Covered: amountOf(s.Covered), Target: amountOf(s.Target), Short: amountOf(s.Short()),
	}
}

// each maps a list; the result is never nil, so that JSON has [] and not null.
func each[From, To any](list []From, to func(From) To) []To {
	out := make([]To, 0, len(list))
	for _, v := range list {
		out = append(out, to(v))
	}
	return out
}
