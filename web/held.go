package web

import (
	"context"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// Guards is what the rules and people hold back.
type Guards interface {
	// HeldBack returns the objects through which no lineage is taken, the latest first.
	HeldBack(ctx context.Context, tenant string) ([]lineage.HeldBack, error)

	// Withheld returns the relations of such an object: the first limit of them.
	Withheld(ctx context.Context, tenant string, o lineage.Object, limit int) ([]lineage.Edge, error)
}

// Audit is what became of objects that were held back. The store may be away (kind
// Unavailable); pages stand without it.
type Audit interface {
	// Audit returns the entries of one object, newest first: the last limit.
	Audit(ctx context.Context, tenant string, o lineage.Object, limit int) ([]lineage.AuditEntry, error)
}

// What is read of one object that is held back.
const (
	withheldMost = maxLimit
	turns        = 100
	auditTimeout = 2 * time.Second
)

// heldBackPage lists what is held back.
func (s *Server) heldBackPage(a ask) (*page, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	return &page{
		concerns: never,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			all, err := s.deps.Guards.HeldBack(ctx, s.config.Tenant)
			if err != nil {
				return view.Page{}, err
			}
			list, next, err := slicePage(all, limit, cursor)
			if err != nil {
				return view.Page{}, err
			}
			lore := s.lore()
			x := view.HeldBack{Rows: view.NewHeldBack(list, lore, c), Zone: c.ZoneName(), Guarded: len(lore.Catalogue.Guards()) > 0}
			x.First, x.Next = a.pagesOf("/guards", cursor, next)
			return view.Page{Title: "Held back", Section: "decisions", Parts: []view.Part{{ID: "guards", Body: view.HeldBackPage(x)}}}, nil
		},
	}, nil
}

// heldPage says why one object is held back, and what became of it.
func (s *Server) heldPage(a ask) (*page, error) {
	q, err := a.object(s.config.Tenant)
	if err != nil {
		return nil, err
	}
	return &page{
		concerns: never,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			found, err := s.heldOf(ctx, q)
			if err != nil {
				return view.Page{}, err
			}
			lore := s.lore()
			h := view.NewHeld(found.object, found.now, lore, c)
			h.Evidence, h.Turns, h.NoTurns = view.NewWithheld(found.withheld), view.NewTurns(found.turns, c), found.away
			h.Decided = view.NewDecisions(found.decided, found.ledger, view.HeldURL(found.object), lore, c)
			return view.Page{
				Title: q.Type + " " + q.ID + " · Held back", Section: "decisions", Query: q.ID,
				Parts: []view.Part{{ID: "held", Body: view.HeldPage(h)}},
			}, nil
		},
	}, nil
}

// heldOf is all that is known of an object that may be held back.
type heldOf struct {
	object   lineage.Object
	now      *lineage.HeldBack // nil: it is not
	withheld []lineage.Edge
	decided  []lineage.Decided
	ledger   []lineage.Decided
	turns    []lineage.AuditEntry
	away     bool // the turns cannot be read
}

func (s *Server) heldOf(ctx context.Context, q lineage.ObjectQuery) (heldOf, error) {
	var out heldOf
	o, err := s.meant(ctx, "id", lineage.Object{Type: q.Type, ID: q.ID, System: q.System, Scope: q.Scope}, false)
	if err != nil {
		return out, err
	}
	out.object = o
	c, err := s.deps.Decisions.Case(ctx, q.Tenant, []lineage.Object{o})
	if err != nil {
		return out, err
	}
	out.now = c.Held
	ruling := func(d lineage.Decided) bool { return d.Kind == lineage.DecideRelease || d.Kind == lineage.DecideBlock }
	out.decided = slices.DeleteFunc(c.Decided, func(d lineage.Decided) bool { return !ruling(d) })
	if len(out.decided) > 0 {
		if out.ledger, err = s.deps.Decisions.Decisions(ctx, q.Tenant); err != nil {
			return out, err
		}
	}
	if out.now != nil {
		if out.withheld, err = s.deps.Guards.Withheld(ctx, q.Tenant, o, withheldMost); err != nil {
			return out, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, auditTimeout)
	defer cancel()
	if out.turns, err = s.deps.Audit.Audit(ctx, q.Tenant, o, turns); err != nil {
		s.deps.Log.Warn("what became of an object cannot be read", "error", err)
		out.away = true
	}
	return out, nil
}
