package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// Absences is what is named and has no event of its own.
type Absences interface {
	// Absent returns a page of it, the longest awaited first. Errors: Invalid for a
	// flow that is not, a limit out of range, and a cursor of another list.
	Absent(ctx context.Context, q lineage.AbsentQuery) (lineage.AbsentPage, error)
}

func (s *Server) absentQuery(a ask, limit int) (lineage.AbsentQuery, error) {
	n, cursor, err := a.page(limit)
	return lineage.AbsentQuery{Tenant: s.config.Tenant, Type: a.Query.Get("type"), Flow: a.Query.Get("flow"), Limit: n, Cursor: cursor}, err
}

// awaited is a page of what is awaited. Of what the built-in flow alone awaits it has,
// unless that is asked for, only what no flow of the catalogue knows: the built-in one
// takes for missing what other events have told of under another correlation id.
func (s *Server) awaited(ctx context.Context, q lineage.AbsentQuery) (lineage.AbsentPage, error) {
	limit := q.Limit
	page, err := s.deps.Absences.Absent(ctx, q)
	if err != nil || q.Flow != "" {
		return page, err
	}
	var out lineage.AbsentPage
	for hidden := 0; ; {
		for _, p := range page.Absent {
			known := false
			if !slices.ContainsFunc(p.In, ofCatalogue) {
				if known, err = s.knownToAFlow(ctx, p.Object); err != nil {
					return out, err
				}
			}
			if known {
				hidden++
			} else {
				out.Absent = append(out.Absent, p)
			}
		}
		out.Total, out.More, out.Next = page.Total-hidden, page.More, page.Next
		if page.Next == "" || len(out.Absent) == limit || hidden >= maxHidden {
			return out, nil
		}
		q.Cursor, q.Limit = page.Next, min(limit-len(out.Absent), maxHidden)
		if page, err = s.deps.Absences.Absent(ctx, q); err != nil {
			return out, err
		}
	}
}

// maxHidden is how many are passed over for one page, which is shorter then.
const maxHidden = 1000

func ofCatalogue(ref lineage.ExecutionRef) bool { return ref.Flow != lineage.TransactionFlow }

// knownToAFlow tells whether a transaction of the catalogue's flows has an object.
func (s *Server) knownToAFlow(ctx context.Context, o lineage.Object) (bool, error) {
	matches, err := s.deps.Lineage.Search(ctx, s.config.Tenant, o.ID)
	return slices.ContainsFunc(matches, func(m lineage.Match) bool {
		return m.Object == o && slices.ContainsFunc(m.Executions, ofCatalogue)
	}), err
}

// placeholdersPage lists what has not come, the longest awaited first.
func (s *Server) placeholdersPage(a ask) (*page, error) {
	q, err := s.absentQuery(a, 100)
	if err != nil {
		return nil, err
	}
	filter := view.AbsenceFilter{Type: q.Type, Flow: q.Flow}
	if a.Query.Has("limit") {
		filter.Limit = q.Limit
	}
	return &page{
		concerns: never,
		refresh:  5 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, err := s.awaited(ctx, q)
			if err != nil {
				return view.Page{}, err
			}
			lore := s.lore()
			x := view.Absences{Rows: view.NewAbsences(list.Absent, lore, c), Total: list.Total, More: list.More, Zone: c.ZoneName(), Filter: filter}
			x.Types, x.Flows = awaitable(lore.Catalogue, q)
			if q.Cursor != "" {
				x.First = filter.URL("")
			}
			if list.Next != "" {
				x.Next = filter.URL(list.Next)
			}
			return view.Page{Title: "Not yet there", Section: "decisions", Parts: []view.Part{{ID: "placeholders", Body: view.AbsencesPage(x)}}}, nil
		},
	}, nil
}

// awaitable is what the list can be narrowed to, with what it is narrowed to now.
func awaitable(c *lineage.Catalogue, q lineage.AbsentQuery) (types, flows []string) {
	for _, f := range c.Flows() {
		flows = append(flows, f.Name)
		for typ := range f.Ranks {
			types = append(types, typ)
		}
	}
	flows = append(flows, lineage.TransactionFlow)
	if q.Type != "" {
		types = append(types, q.Type)
	}
	slices.Sort(types)
	return slices.Compact(types), flows
}

// The shapes of /api/v1/placeholders.
type (
	placeholdersAnswer struct {
		Placeholders []placeholderJSON `json:"placeholders"`
		Total        int               `json:"total"`
		More         int               `json:"more"`
		Next         string            `json:"next"`
	}
	// placeholderJSON is one object that is named and has no event of its own. Both
	// since and by are null when no event at hand tells them. More counts the executions
	// that are not listed; that of the answer what the list has no room for.
	placeholderJSON struct {
		fullyJSON
		Since      moment         `json:"since"`
		By         *namedByJSON   `json:"by"`
		Executions []executionRef `json:"executions"`
		More       int            `json:"more"`
	}
	namedByJSON struct {
		Kind   string `json:"kind"`
		Source string `json:"source"`
		ID     string `json:"id"`
		Type   string `json:"type"`
	}
)

func (s *Server) placeholdersJSON(r *http.Request, a ask) (any, error) {
	q, err := s.absentQuery(a, 100)
	if err != nil {
		return nil, err
	}
	list, err := s.awaited(r.Context(), q)
	if err != nil {
		return nil, err
	}
	return placeholdersAnswer{each(list.Absent, func(p lineage.Absent) placeholderJSON {
		row := placeholderJSON{fullyJSON: *fully(p.Object), Since: moment(p.Since), More: p.More}
		if p.By.ID != "" {
			row.By = &namedByJSON{p.By.Kind.String(), p.By.Source, p.By.ID, p.By.Type}
		}
		row.Executions = each(p.In, func(x lineage.ExecutionRef) executionRef { return executionRef{x.Flow, named(x.Anchor)} })
		return row
	}), list.Total, list.More, list.Next}, nil
}
