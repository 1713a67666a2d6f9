package web

import (
	"context"
	"net/http"
	"time"

	"throughline/web/view"
)

func (s *Server) statusPage(ask) (*page, error) {
	return &page{
		concerns: never,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			status, err := s.deps.Status.Status(ctx)
			if err != nil {
				return view.Page{}, err
			}
			return view.Page{
				Title: "Status", Section: "status",
				Parts: []view.Part{{ID: "status", Body: view.StatusPage(s.viewStatus(status, c))}},
			}, nil
		},
	}, nil
}

func (s *Server) viewStatus(status Status, c view.Clock) view.Status {
	reasons := s.deps.Ready()
	out := view.Status{
		Ready: len(reasons) == 0, Reasons: reasons, Notes: s.notes(status), Version: status.Version,
		Started: view.Time{Text: c.Moment(status.Started), ISO: c.ISO(status.Started)},
		Up:      view.Span(c.Now.Sub(status.Started).Truncate(time.Minute)), InFlight: status.InFlight, Live: s.hub.count(),
	}
	for _, g := range status.Signals {
		out.Signals = append(out.Signals, view.Signal{
			Name: g.Signal.String(), Received: g.Received, Refused: g.Refused, Quarantined: g.Quarantined,
			Deduplicated: g.Deduplicated, Stored: g.Stored, Stitched: g.Stitched, Lag: view.Span(g.Lag),
		})
	}
	return out
}

// notes are the house's own and what the web edge has to add.
func (s *Server) notes(status Status) []string {
	if len(s.assets.missing) == 0 {
		return status.Notes
	}
	return append([]string{assetsNote}, status.Notes...)
}

type statusAnswer struct {
	Ready     bool                  `json:"ready"`
	Reasons   []string              `json:"reasons"`
	Notes     []string              `json:"notes"`
	Version   string                `json:"version"`
	StartedAt moment                `json:"started_at"`
	InFlight  int64                 `json:"in_flight"`
	Signals   map[string]signalJSON `json:"signals"`
}

// signalJSON is the account of one signal; Lag is in seconds.
type signalJSON struct {
	Received     int64   `json:"received"`
	Refused      int64   `json:"refused"`
	Quarantined  int64   `json:"quarantined"`
	Deduplicated int64   `json:"deduplicated"`
	Stored       int64   `json:"stored"`
	Stitched     int64   `json:"stitched"`
	Lag          float64 `json:"lag"`
}

func (s *Server) statusJSON(r *http.Request, _ ask) (any, error) {
	status, err := s.deps.Status.Status(r.Context())
	if err != nil {
		return nil, err
	}
	reasons := s.deps.Ready()
	out := statusAnswer{
		Ready: len(reasons) == 0, Reasons: append([]string{}, reasons...), Notes: append([]string{}, s.notes(status)...),
		Version: status.Version, StartedAt: moment(status.Started), InFlight: status.InFlight,
		Signals: make(map[string]signalJSON, len(status.Signals)),
	}
	for _, g := range status.Signals {
		out.Signals[g.Signal.String()] = signalJSON{
			g.Received, g.Refused, g.Quarantined, g.Deduplicated, g.Stored, g.Stitched, g.Lag.Seconds(),
		}
	}
	return out, nil
}
