package web

import (
	"net/http"
	"time"

	"throughline/lineage"
)

type variantsAnswer struct {
	Flow      string        `json:"flow"`
	State     string        `json:"state"`
	From      moment        `json:"from"`
	To        moment        `json:"to"`
	AsOf      moment        `json:"as_of"`
	Distinct  int           `json:"distinct"`
	Uncounted int           `json:"uncounted"` // executions that nothing else here knows yet
	All       variantJSON   `json:"all"`
	Variants  []variantJSON `json:"variants"`
}

// variantJSON is one variant, or all of them. Durations are in seconds, of completed
// executions, and null without any; shares are 0 to 1.
type variantJSON struct {
	ID         string   `json:"id"`
	Stages     []string `json:"stages"`
	Executions int      `json:"executions"`
	Share      float64  `json:"share"`
	Unanchored int      `json:"unanchored"`
	Completed  int      `json:"completed"`
	Rework     int      `json:"rework"`
	P50        *float64 `json:"p50"`
	P95        *float64 `json:"p95"`
	Bottleneck *hopJSON `json:"bottleneck"`
}

// hopJSON is the way from one stage to the next; from is "" for the start.
type hopJSON struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Taken  int     `json:"taken"`
	Share  float64 `json:"share"`
	Median float64 `json:"median"`
}

func (s *Server) variantsJSON(r *http.Request, a ask) (any, error) {
	q, err := s.variantQuery(a, 100, false)
	if err != nil {
		return nil, err
	}
	v, err := s.deps.Variants.Variants(r.Context(), q)
	if err != nil {
		return nil, err
	}
	return variantsAnswer{
		Flow: q.Flow, State: string(q.State), From: moment(q.From), To: moment(q.To), AsOf: moment(v.AsOf),
		Distinct: v.Distinct, Uncounted: v.Uncounted, All: variantOf(v.All, v.All.Executions),
		Variants: each(v.Top, func(one lineage.Variant) variantJSON { return variantOf(one, v.All.Executions) }),
	}, nil
}

func variantOf(v lineage.Variant, all int) variantJSON {
	out := variantJSON{
		ID: v.ID, Stages: append([]string{}, v.Stages...), Executions: v.Executions, Unanchored: v.Unanchored, Completed: v.Completed, Rework: v.Rework,
	}
	if all > 0 {
		out.Share = float64(v.Executions) / float64(all)
	}
	if v.Completed > 0 {
		out.P50, out.P95 = seconds(v.P50), seconds(v.P95)
	}
	if h := v.Bottleneck; !h.IsZero() {
		out.Bottleneck = &hopJSON{h.From, h.To, h.Taken, h.Share, h.Median.Seconds()}
	}
	return out
}

func seconds(d time.Duration) *float64 {
	n := d.Seconds()
	return &n
}

func (s *Server) variantExecutionsJSON(r *http.Request, a ask) (any, error) {
	q, err := s.variantListQuery(a, 100)
	if err != nil {
		return nil, err
	}
	list, err := s.deps.Variants.VariantExecutions(r.Context(), q, a.Query.Get("type"))
	if err != nil {
		return nil, err
	}
	return executionsAnswer{each(list.Executions, summaryOf), list.Next}, nil
}
