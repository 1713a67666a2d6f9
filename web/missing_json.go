package web

import (
	"net/http"

	"throughline/web/view"
)

// The shape of /api/v1/missing. Fields are added, never renamed or removed.
type (
	missingAnswer struct {
		ID       string        `json:"id"`
		In       *executionRef `json:"in"` // the transaction that was asked about; null when none was, or when it is not known
		Found    bool          `json:"found"`
		Findings []findingJSON `json:"findings"`
		Searched []reachJSON   `json:"searched"`
	}
	// findingJSON is one thing that was found out. Kind is for scripts, What and Do are
	// sentences for people.
	findingJSON struct {
		Kind  string    `json:"kind"`
		What  string    `json:"what"`
		Do    string    `json:"do"`
		Quote string    `json:"quote,omitempty"`
		Links []wayJSON `json:"links"`
	}
	wayJSON struct {
		Text string `json:"text"`
		Href string `json:"href"`
	}
	// reachJSON says where was looked and how far; Complete is false where not
	// everything was, or could be.
	reachJSON struct {
		Where    string `json:"where"`
		How      string `json:"how"`
		Complete bool   `json:"complete"`
	}
)

func (s *Server) missingJSON(r *http.Request, a ask) (any, error) {
	found, err := s.seek(r.Context(), a)
	if err != nil {
		return nil, err
	}
	out := missingAnswer{
		ID: found.ID, Found: found.Any(),
		Findings: each(found.Findings, func(f view.Finding) findingJSON {
			return findingJSON{
				Kind: f.Kind, What: view.Plain(f.What), Do: view.Plain(f.Do), Quote: f.Quote,
				Links: each(f.Ways, func(w view.Way) wayJSON { return wayJSON{view.Plain(w.Text), w.URL} }),
			}
		}),
		Searched: each(found.Searched, func(r view.Reach) reachJSON {
			return reachJSON{r.Where, view.Plain(r.How), r.Whole}
		}),
	}
	if found.In.ID != "" {
		out.In = &executionRef{found.Flow, typeAndID{found.In.Type, found.In.ID}}
	}
	return out, nil
}
