package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

const (
	variantsSpan  = 30 * 24 * time.Hour // what is looked back where no start is given
	variantsShown = 20
)

func (s *Server) variantsPage(a ask) (*page, error) {
	q, err := s.variantQuery(a, variantsShown, true)
	if err != nil {
		return nil, err
	}
	f := filterOf(q)
	f.Limit = 0
	if a.Query.Has("limit") {
		f.Limit = q.Limit
	}
	return &page{
		still: true,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			var x view.Variants
			if q.Flow != "" {
				v, err := s.deps.Variants.Variants(ctx, q)
				if err != nil {
					return view.Page{}, err
				}
				x = view.NewVariants(v, f, c)
				x.Flows = s.staged(q.Flow)
			}
			return view.Page{
				Title: "Variants", Section: "variants",
				Parts: []view.Part{{ID: "variants", Body: view.VariantsPage(x)}},
			}, nil
		},
	}, nil
}

func (s *Server) variantExecutionsPage(a ask) (*page, error) {
	q, err := s.variantListQuery(a, 50)
	if err != nil {
		return nil, err
	}
	l := view.VariantList{VariantFilter: filterOf(q.VariantQuery), Variant: q.Variant, Which: q.Which, Type: a.Query.Get("type")}
	if !a.Query.Has("limit") {
		l.Limit = 0
	}
	return &page{
		still: true,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, err := s.deps.Variants.VariantExecutions(ctx, q, l.Type)
			if err != nil {
				return view.Page{}, err
			}
			x := view.NewVariantExecutions(list, l, c)
			if q.Cursor != "" {
				x.First = l.URL("")
			}
			return view.Page{
				Title: x.Title, Section: "variants",
				Parts: []view.Part{{ID: "executions", Body: view.VariantExecutionsPage(x)}},
			}, nil
		},
	}, nil
}

func filterOf(q lineage.VariantQuery) view.VariantFilter {
	return view.VariantFilter{Flow: q.Flow, State: string(q.State), From: q.From, To: q.To, Limit: q.Limit}
}

// staged are the flows that name stages, with the one that is shown among them.
func (s *Server) staged(shown string) []string {
	var names []string
	for _, f := range s.deps.Catalogue().Flows() {
		if len(f.Stages) > 0 || f.Name == shown {
			names = append(names, f.Name)
		}
	}
	if shown != "" && !slices.Contains(names, shown) {
		names = append(names, shown)
	}
	return names
}

// variantQuery reads which variants are asked for: flow, from, to, state and limit. A
// page that names no flow shows the first that has stages; with none, Flow is "".
func (s *Server) variantQuery(a ask, limit int, lenient bool) (lineage.VariantQuery, error) {
	q := lineage.VariantQuery{Tenant: s.config.Tenant, Flow: a.Query.Get("flow")}
	names := s.staged(lineage.TransactionFlow)
	switch {
	case q.Flow == "" && !lenient:
		return q, lineage.Errorf(lineage.Invalid, "read request", "flow is empty; want one of %s", strings.Join(names, ", "))
	case q.Flow == "":
		if staged := s.staged(""); len(staged) > 0 {
			q.Flow = staged[0]
		}
	case !slices.ContainsFunc(s.deps.Catalogue().Flows(), func(f lineage.Flow) bool { return f.Name == q.Flow }) && q.Flow != lineage.TransactionFlow:
		return q, lineage.Errorf(lineage.Invalid, "read request", "flow is %q; want one of %s", q.Flow, strings.Join(names, ", "))
	}
	var err error
	if q.State, err = stateOf(a.Query.Get("state")); err != nil {
		return q, err
	}
	if q.Limit, _, err = a.page(limit); err != nil {
		return q, err
	}
	q.From, q.To, err = s.window(a, variantsSpan)
	return q, err
}

func (s *Server) variantListQuery(a ask, limit int) (lineage.VariantListQuery, error) {
	q, err := s.variantQuery(a, limit, false)
	return lineage.VariantListQuery{
		VariantQuery: q, Variant: a.Query.Get("variant"), Which: lineage.Variety(a.Query.Get("which")), Cursor: a.Query.Get("cursor"),
	}, err
}
