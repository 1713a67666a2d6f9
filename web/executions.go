package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func (s *Server) executionsPage(a ask) (*page, error) {
	q, err := a.list(s.config.Tenant, 50)
	if err != nil {
		return nil, err
	}
	filter := view.Filter{Flow: q.Flow, State: string(q.State), Stage: q.Stage}
	if a.Query.Has("limit") {
		filter.Limit = q.Limit
	}
	return &page{
		concerns: concernsFlow(q.Flow),
		refresh:  15 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, err := s.deps.Lineage.List(ctx, q)
			if err != nil {
				return view.Page{}, err
			}
			flows, err := s.deps.Lineage.Overview(ctx, s.config.Tenant)
			if err != nil {
				return view.Page{}, err
			}
			x := view.Executions{Rows: view.NewSummaries(list.Executions, c), Zone: c.ZoneName(), Filter: filter}
			x.Flows, x.Stages = choices(flows, q)
			if q.Cursor != "" {
				x.First = filter.URL("")
			}
			if list.Next != "" {
				x.Next = filter.URL(list.Next)
			}
			return view.Page{
				Title: "Transactions", Section: "executions",
				Parts: []view.Part{{ID: "executions", Body: view.ExecutionsPage(x)}},
			}, nil
		},
	}, nil
}

// concernsFlow wakes a list for changes of its flow, "" for any.
func concernsFlow(flow string) func(changed) bool {
	return func(c changed) bool {
		if flow == "" || c.all {
			return true
		}
		for ref := range c.refs {
			if ref.Flow == flow {
				return true
			}
		}
		return false
	}
}

// choices are the flows and stages that a list can be narrowed to, with what it
// is narrowed to now among them.
func choices(overview []lineage.FlowOverview, q lineage.ListQuery) (flows, stages []string) {
	add := func(list []string, name string) []string {
		if name == "" || slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	for _, f := range overview {
		flows = add(flows, f.Flow)
		if q.Flow != "" && q.Flow != f.Flow {
			continue
		}
		for _, stage := range f.Stages {
			stages = add(stages, stage.Stage)
		}
	}
	return add(flows, q.Flow), add(stages, q.Stage)
}

type executionsAnswer struct {
	Executions []summaryJSON `json:"executions"`
	Next       string        `json:"next"`
}

type summaryJSON struct {
	Flow      string    `json:"flow"`
	Anchor    typeAndID `json:"anchor"`
	State     string    `json:"state"`
	StartedAt moment    `json:"started_at"`
	Stage     string    `json:"stage"`
}

func (s *Server) executionsJSON(r *http.Request, a ask) (any, error) {
	q, err := a.list(s.config.Tenant, 100)
	if err != nil {
		return nil, err
	}
	list, err := s.deps.Lineage.List(r.Context(), q)
	if err != nil {
		return nil, err
	}
	if len(list.Executions) == 0 {
		if err := s.unknownFlow(q.Flow); err != nil {
			return nil, err
		}
		if err := s.unknownStage(r.Context(), q); err != nil {
			return nil, err
		}
	}
	return executionsAnswer{each(list.Executions, summaryOf), list.Next}, nil
}

func summaryOf(x lineage.Summary) summaryJSON {
	return summaryJSON{x.Flow, named(x.Anchor), string(x.State), moment(x.StartedAt), x.Stage}
}
