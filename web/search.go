package web

import (
	"net/http"
	"strings"

	"throughline/lineage"
	"throughline/web/view"
)

// matchesShown is how many matches the page of a search lists.
const matchesShown = 100

// search answers the search box: it goes straight to what was found when that is
// one thing, and lists it when it is several.
func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	a, err := s.newAsk(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	q := strings.TrimSpace(a.Query.Get("q"))
	found := view.Search{Query: q}
	if q != "" {
		matches, err := s.find(r.Context(), q)
		if clean := typed(q); err == nil && len(matches) == 0 && clean != q && clean != "" {
			matches, err = s.find(r.Context(), clean)
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		if len(matches) == 1 {
			http.Redirect(w, r, view.ObjectURL(matches[0].Object), http.StatusSeeOther)
			return
		}
		shown := min(len(matches), matchesShown)
		found.Matches, found.More = view.NewMatches(matches[:shown]), len(matches)-shown
	}
	s.draw(w, r, http.StatusOK, view.Page{
		Title: "Search", Query: q, Parts: []view.Part{{ID: "search", Body: view.SearchPage(found)}},
	}, false)
}

type searchAnswer struct {
	Matches []matchJSON `json:"matches"`
	Next    string      `json:"next,omitempty"`
}

type matchJSON struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	System     string         `json:"system"`
	Executions []executionRef `json:"executions"`
}

type executionRef struct {
	Flow   string    `json:"flow"`
	Anchor typeAndID `json:"anchor"`
}

type typeAndID struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func named(o lineage.Object) typeAndID { return typeAndID{o.Type, o.ID} }

func (s *Server) searchJSON(r *http.Request, a ask) (any, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	q := strings.TrimSpace(a.Query.Get("q"))
	if q == "" {
		return nil, lineage.Errorf(lineage.Invalid, "search", "the parameter q is empty; give it an id")
	}
	matches, err := s.find(r.Context(), q)
	if err != nil {
		return nil, err
	}
	matches, next, err := slicePage(matches, limit, cursor)
	if err != nil {
		return nil, err
	}
	out := searchAnswer{Matches: make([]matchJSON, 0, len(matches)), Next: next}
	for _, m := range matches {
		row := matchJSON{m.Object.Type, m.Object.ID, m.Object.System, make([]executionRef, 0, len(m.Executions))}
		for _, x := range m.Executions {
			row.Executions = append(row.Executions, executionRef{x.Flow, named(x.Anchor)})
		}
		out.Matches = append(out.Matches, row)
	}
	return out, nil
}
