package web

import (
	"context"
	"net/url"
	"strings"

	"throughline/lineage"
	"throughline/web/view"
)

// shownWithheld is how many withheld relations the page of a held object shows.
const shownWithheld = 20

// movedTo is where the page of an object is, when somebody has merged it with another
// and it goes by that one's name; "" when it is here. The page there says from where
// one came.
func (s *Server) movedTo(ctx context.Context, a ask, looked lineage.Object) (string, error) {
	now, moved, err := s.deps.Decisions.Merged(ctx, s.config.Tenant, looked)
	if err != nil || !moved {
		return "", err
	}
	q := url.Values{"was": {strings.TrimSpace(looked.ID)}}
	for name, value := range map[string]string{"flow": a.Query.Get("flow"), "system": now.System, "scope": now.Scope} {
		if value != "" {
			q.Set(name, value)
		}
	}
	path, _, _ := strings.Cut(view.ObjectURL(now), "?")
	return path + "?" + q.Encode(), nil
}

// caseOf is what was decided of the object of a page, and what keeps it.
func (s *Server) caseOf(ctx context.Context, looked lineage.Object, answer lineage.Answer, was string, c view.Clock) (view.Case, error) {
	ids := view.IDsOf(looked, answer)
	found, err := s.deps.Decisions.Case(ctx, s.config.Tenant, ids)
	if err != nil {
		return view.Case{}, err
	}
	var ledger []lineage.Decided
	if len(found.Decided) > 0 {
		if ledger, err = s.deps.Decisions.Decisions(ctx, s.config.Tenant); err != nil {
			return view.Case{}, err
		}
	}
	out := view.NewCase(ids, found, ledger, was, s.lore(), c)
	if found.Held != nil {
		withheld, err := s.deps.Guards.Withheld(ctx, s.config.Tenant, found.Held.Object, shownWithheld)
		if err != nil {
			return view.Case{}, err
		}
		out.Held.Evidence = view.NewWithheld(withheld)
	}
	return out, nil
}
