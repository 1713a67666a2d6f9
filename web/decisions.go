package web

import (
	"context"
	"maps"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// Decisions is what people decide about the evidence. All of it is Unavailable until
// the resident state is whole.
type Decisions interface {
	// Decide takes a decision and returns it as the ledger has it: it is durable, and
	// in force unless it says that it is not yet. Errors: Invalid for what it lacks,
	// NotFound for what it is about, Conflict when it changes nothing, Exhausted and
	// Unavailable when it cannot be kept now.
	Decide(ctx context.Context, d lineage.Decision) (lineage.Decided, error)

	// Preview tells what a decision would change, with the first limit of it. Errors
	// are those of Decide.
	Preview(ctx context.Context, d lineage.Decision, limit int) (lineage.Forecast, error)

	// Decisions returns the ledger, newest first.
	Decisions(ctx context.Context, tenant string) ([]lineage.Decided, error)

	// Case returns what was decided about the ids of an object, and what keeps it.
	Case(ctx context.Context, tenant string, ids []lineage.Object) (lineage.Case, error)

	// Canonical returns the name that an object goes by now, and whether it is another.
	Canonical(ctx context.Context, tenant string, o lineage.Object) (now lineage.Object, moved bool, err error)

	// Merged is Canonical for an id that was merged by a decision, and moves no other.
	Merged(ctx context.Context, tenant string, o lineage.Object) (now lineage.Object, moved bool, err error)
}

// decisionsPage is the ledger of decisions.
func (s *Server) decisionsPage(a ask) (*page, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	return &page{
		concerns: never,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			ledger, err := s.deps.Decisions.Decisions(ctx, s.config.Tenant)
			if err != nil {
				return view.Page{}, err
			}
			list, next, err := slicePage(ledger, limit, cursor)
			if err != nil {
				return view.Page{}, err
			}
			x := view.Decisions{Rows: view.NewDecisions(list, ledger, "/decisions", s.lore(), c), Zone: c.ZoneName()}
			x.First, x.Next = a.pagesOf("/decisions", cursor, next)
			if x.InForce, err = s.rulesInForce(ctx, c); err != nil {
				return view.Page{}, err
			}
			return view.Page{
				Title: "Decisions", Section: "decisions",
				Parts: []view.Part{{ID: "decisions", Body: view.DecisionsPage(x)}},
			}, nil
		},
	}, nil
}

// pagesOf are the addresses of the first and the next page of a list; "" where they
// lead nowhere.
func (a ask) pagesOf(path, cursor, next string) (first, following string) {
	at := func(cursor string) string {
		q := maps.Clone(a.Query)
		q.Del("cursor")
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		if len(q) == 0 {
			return path
		}
		return path + "?" + q.Encode()
	}
	if cursor != "" {
		first = at("")
	}
	if next != "" {
		following = at(next)
	}
	return first, following
}
