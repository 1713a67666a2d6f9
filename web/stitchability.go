package web

import (
	"context"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// stitchSpan is what is looked back where no start is given.
const stitchSpan = 24 * time.Hour

func (s *Server) stitchabilityPage(a ask) (*page, error) {
	from, to, err := s.window(a, stitchSpan)
	if err != nil {
		return nil, err
	}
	return &page{
		still: true,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			report, q, err := s.stitchability(ctx, from, to)
			if err != nil {
				return view.Page{}, err
			}
			return view.Page{
				Title: "Stitchability", Section: "stitchability",
				Parts: []view.Part{{ID: "stitchability", Body: view.StitchabilityPage(view.NewStitchability(report, q.Anchors, from, to, s.lore(), c))}},
			}, nil
		},
	}, nil
}

// stitchability asks the store about a window, as the catalogue knows it.
func (s *Server) stitchability(ctx context.Context, from, to time.Time) (lineage.Stitchability, lineage.StitchQuery, error) {
	if to.IsZero() {
		to = s.deps.Now().UTC()
	}
	q := s.deps.Catalogue().StitchQuery(s.config.Tenant, from, to)
	report, err := s.deps.Stitching.Stitchability(ctx, q)
	return report, q, err
}
