package web

import (
	"context"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

func (s *Server) incidentsPage(a ask) (*page, error) {
	q, err := s.incidentQuery(a, 50)
	if err != nil {
		return nil, err
	}
	filter := view.IncidentFilter{State: string(q.State), SLA: q.SLA, Flow: q.Flow}
	if a.Query.Has("limit") {
		filter.Limit = q.Limit
	}
	return &page{
		concerns: never, // a clock runs out without any change
		refresh:  time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, err := s.deps.Incidents.Incidents(ctx, q)
			if err != nil {
				return view.Page{}, err
			}
			lore := s.lore()
			x := view.Incidents{
				Rows: view.NewIncidents(list.Incidents, lore, c), Filter: filter,
				Firing: list.Firing, Resolved: list.Resolved, Owner: a.Owner, Here: filter.URL(q.Cursor),
			}
			x.SLAs, x.Flows, x.Unknown = narrowing(lore.Catalogue, q)
			if q.Cursor != "" {
				x.First = filter.URL("")
			}
			if list.Next != "" {
				x.Next = filter.URL(list.Next)
			}
			return view.Page{
				Title: "Incidents", Section: "incidents",
				Parts: []view.Part{{ID: "incidents", Body: view.IncidentsPage(x)}},
			}, nil
		},
	}, nil
}

func (s *Server) incidentPage(a ask) (*page, error) {
	back := "" // to the incident itself
	if a.Query.Has("back") {
		back = localPath(a.Query.Get("back"))
	}
	known := &knownOf{server: s}
	return &page{
		concerns: never,
		refresh:  time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			i, err := s.deps.Incidents.Incident(ctx, s.config.Tenant, a.ID)
			if err != nil {
				return view.Page{}, err
			}
			x := view.NewIncident(&i, s.lore(), c)
			x.Known = known.load(ctx, &i, c)
			x.Rejection = s.rejection(ctx, &i, c)
			return view.Page{
				Title: x.What + " · Incident", Section: "incidents",
				Parts: []view.Part{{ID: "incident", Body: view.IncidentPage(x, a.Owner, back)}},
			}, nil
		},
	}, nil
}

// rejection says what lineage knows of who rejected the transaction of an incident. The
// page stands without it.
func (s *Server) rejection(ctx context.Context, i *slo.Incident, c view.Clock) string {
	if i.Subject.IsZero() {
		return ""
	}
	answer, err := s.deps.Lineage.Lookup(ctx, lineage.ObjectQuery{
		Tenant: s.config.Tenant, Type: i.Subject.Type, ID: i.Subject.ID, System: i.Subject.System, Scope: i.Subject.Scope, Flow: i.Impact.Flow,
	})
	if err != nil && lineage.KindOf(err) != lineage.NotFound {
		s.deps.Log.Warn("the lineage of an incident cannot be read", "error", err)
	}
	for _, e := range append(answer.Executions, answer.Unanchored...) {
		if e.Anchor == i.Impact.Anchor {
			return view.Rejection(e, s.lore(), c)
		}
	}
	return ""
}

// incidentQuery reads the query of a list of incidents.
func (s *Server) incidentQuery(a ask, limit int) (slo.IncidentQuery, error) {
	n, cursor, err := a.page(limit)
	if err != nil {
		return slo.IncidentQuery{}, err
	}
	q := slo.IncidentQuery{Tenant: s.config.Tenant, SLA: a.Query.Get("sla"), Flow: a.Query.Get("flow"), Limit: n, Cursor: cursor}
	switch state := slo.IncidentState(a.Query.Get("state")); state {
	case "", slo.Firing, slo.Resolved:
		q.State = state
	default:
		return q, lineage.Errorf(lineage.Invalid, "read request", "state %q is none of firing, resolved", state)
	}
	return q, nil
}

// narrowing is what a list of incidents can be narrowed to, with what it is narrowed
// to now among it, and which of these the catalogue does not have: a name that is
// misspelt must not read as "nothing is overdue".
func narrowing(c *lineage.Catalogue, q slo.IncidentQuery) (slas, flows []string, unknown string) {
	slas = each(c.SLAs(), func(sla lineage.SLA) string { return sla.Name })
	flows = each(c.Flows(), func(f lineage.Flow) string { return f.Name })
	if q.Flow != "" && !slices.Contains(flows, q.Flow) {
		flows, unknown = append(flows, q.Flow), "flow"
	}
	if q.SLA != "" && !slices.Contains(slas, q.SLA) {
		slas, unknown = append(slas, q.SLA), "SLA"
	}
	return slas, flows, unknown
}

// lore is what pages know beside the evidence; clocks are added where they are asked for.
func (s *Server) lore() view.Lore { return view.Lore{Catalogue: s.deps.Catalogue()} }
