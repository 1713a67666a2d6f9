package web

import (
	"context"
	"net/http"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// driftSpan is what is looked back where no start is given.
const driftSpan = 24 * time.Hour

func (s *Server) driftPage(a ask) (*page, error) {
	from, to, err := s.window(a, driftSpan)
	if err != nil {
		return nil, err
	}
	return &page{
		still: true,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			t, list, err := s.drift(ctx, from, to)
			if err != nil {
				return view.Page{}, err
			}
			return view.Page{
				Title: "Drift", Section: "drift",
				Parts: []view.Part{{ID: "drift", Body: view.DriftPage(view.NewDrift(t, list, from, to, s.lore(), c))}},
			}, nil
		},
	}, nil
}

// drift compares what came in within a window with the contracts in force.
func (s *Server) drift(ctx context.Context, from, to time.Time) (lineage.Traffic, []lineage.Drift, error) {
	now := s.deps.Now().UTC()
	if to.IsZero() {
		to = now
	}
	t, err := s.deps.Traffic.Traffic(ctx, lineage.TrafficQuery{Tenant: s.config.Tenant, From: from, To: to})
	if err != nil {
		return t, nil, err
	}
	return t, s.deps.Catalogue().Drift(&t, now), nil
}

// driftAnswer is what differs. Fields are counted in the sample: in seen payloads of
// each kind.
type driftAnswer struct {
	From  moment          `json:"from"`
	To    moment          `json:"to"`
	AsOf  moment          `json:"as_of"`
	Kinds []driftKindJSON `json:"kinds"`
	More  int             `json:"more"` // kinds that are not listed
}

type driftKindJSON struct {
	Source     string      `json:"source"`
	Type       string      `json:"type"`
	Contract   string      `json:"contract"`
	Known      bool        `json:"known"`
	Newest     bool        `json:"newest"`
	Deprecated bool        `json:"deprecated"`
	Drifts     bool        `json:"drifts"`
	Events     int         `json:"events"`
	First      moment      `json:"first"`
	Last       moment      `json:"last"`
	Seen       int         `json:"seen"`
	Unread     int         `json:"unread"`
	Cut        bool        `json:"cut"`
	Unknown    []driftJSON `json:"unknown"`
	Absent     []driftJSON `json:"absent"`
	Lacking    []driftJSON `json:"lacking"`
	Retyped    []driftJSON `json:"retyped"`
	Refused    int         `json:"refused"`
	Reason     string      `json:"reason"`
}

type driftJSON struct {
	Place    string   `json:"place"`
	Types    []string `json:"types"`
	Want     []string `json:"want"`
	Required bool     `json:"required"`
	Read     string   `json:"read"`
	Count    int      `json:"count"`
	Of       int      `json:"of"`
}

func (s *Server) driftJSON(r *http.Request, a ask) (any, error) {
	from, to, err := s.window(a, driftSpan)
	if err != nil {
		return nil, err
	}
	t, list, err := s.drift(r.Context(), from, to)
	if err != nil {
		return nil, err
	}
	field := func(f lineage.DriftField) driftJSON {
		return driftJSON{f.Place, append([]string{}, f.Types...), append([]string{}, f.Want...), f.Required, f.Read, f.Events, f.Of}
	}
	return driftAnswer{moment(t.From), moment(t.To), moment(t.AsOf), each(list, func(d lineage.Drift) driftKindJSON {
		return driftKindJSON{
			d.Source, d.Type, d.Contract, d.Known, d.Newest, d.Deprecated, d.Drifts(), d.Events, moment(d.First), moment(d.Last), d.Seen, d.Unread, d.Cut,
			each(d.Unknown, field), each(d.Absent, field), each(d.Lacking, field), each(d.Retyped, field), d.Refused, d.Reason,
		}
	}), t.More}, nil
}
