package web

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"throughline/slo"
)

type figuresAnswer struct {
	Figures []figuresJSON `json:"figures"`
}

// figuresJSON is what the clocks of one SLA come to. Durations are in seconds.
type figuresJSON struct {
	SLA       string        `json:"sla"`
	Title     string        `json:"title"`
	Flow      string        `json:"flow"`
	Target    float64       `json:"target"`
	Open      int           `json:"open"`
	Breached  int           `json:"breached"`
	Waiting   int           `json:"waiting"`
	Met       int           `json:"met"`
	Missed    int           `json:"missed"`
	NextDue   moment        `json:"next_due_at"`
	OldestDue moment        `json:"oldest_due_at"`
	AtRisk    []*amountJSON `json:"at_risk"` // by currency, sorted
	Unpriced  int           `json:"unpriced"`
	Window    float64       `json:"window"`
	AsOf      moment        `json:"as_of"`
}

func (s *Server) figuresJSON(r *http.Request, _ ask) (any, error) {
	list, err := s.deps.Clocks.Figures(r.Context(), s.config.Tenant)
	if err != nil {
		return nil, err
	}
	return figuresAnswer{each(list, figuresOf)}, nil
}

func figuresOf(f slo.Figures) figuresJSON {
	out := figuresJSON{
		SLA: f.SLA.Name, Title: f.SLA.Title, Flow: f.SLA.Flow, Target: time.Duration(f.SLA.Target).Seconds(),
		Open: f.Open, Breached: f.Breached, Waiting: f.Waiting, Met: f.Met, Missed: f.Missed,
		NextDue: moment(f.Next), OldestDue: moment(f.Oldest), AtRisk: []*amountJSON{}, Unpriced: f.Risk.Unpriced,
		Window: f.Window.Seconds(), AsOf: moment(f.AsOf),
	}
	for _, currency := range slices.Sorted(maps.Keys(f.Risk.Amounts)) {
		out.AtRisk = append(out.AtRisk, amountOf(f.Risk.Amounts[currency]))
	}
	return out
}
