package alerts

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"

	"throughline/lineage"
	"throughline/slo"
)

// maxPage bounds a page.
const maxPage = 1000

// Incidents returns a page: what fires first, the newest on top, then what was
// resolved, the latest on top. Its counts are the tenant's, whatever is asked for.
// What it returns must not be changed.
func (a *Alerts) Incidents(_ context.Context, q slo.IncidentQuery) (slo.IncidentPage, error) {
	const op = "list incidents"
	if q.Limit < 1 || q.Limit > maxPage {
		return slo.IncidentPage{}, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", q.Limit, maxPage)
	}
	if q.State != "" && q.State != slo.Firing && q.State != slo.Resolved {
		return slo.IncidentPage{}, lineage.Errorf(lineage.Invalid, op, "state is %q: want firing, resolved or none", q.State)
	}
	from, err := readCursor(q.Cursor)
	if err != nil {
		return slo.IncidentPage{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.memory == nil {
		return slo.IncidentPage{}, lineage.Errorf(lineage.Unavailable, op, "the book is not open yet; try again in a moment")
	}
	s := a.memory.shelves[a.tenant(q.Tenant)]
	if s == nil {
		return slo.IncidentPage{}, nil
	}
	page := slo.IncidentPage{Firing: s.firing.n, Resolved: s.resolved.n}
	for _, i := range s.listed(q.State, from) {
		for _, one := range i {
			if q.SLA != "" && one.SLA != q.SLA || q.Flow != "" && one.Impact.Flow != q.Flow {
				continue
			}
			if len(page.Incidents) == q.Limit {
				last := &page.Incidents[q.Limit-1]
				page.Next = s.row(last.State).place(last).cursor()
				return page, nil
			}
			page.Incidents = append(page.Incidents, *one)
		}
	}
	return page, nil
}

// listed returns the lists that a page is taken from, in order.
func (s *shelf) listed(state slo.IncidentState, from place) [][]*slo.Incident {
	var lists [][]*slo.Incident
	for _, each := range []slo.IncidentState{slo.Firing, slo.Resolved} {
		switch {
		case state != "" && state != each, each == slo.Firing && from.State == slo.Resolved:
		case from.State == each:
			lists = append(lists, s.row(each).behind(from))
		default:
			lists = append(lists, s.row(each).all())
		}
	}
	return lists
}

// Incident returns one incident. It fails with NotFound also for another tenant's,
// and for one that was resolved so long ago that only the store has it: a page of it
// is not there any more. What it returns must not be changed.
func (a *Alerts) Incident(_ context.Context, tenant, id string) (slo.Incident, error) {
	const op = "find incident"
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.memory == nil {
		return slo.Incident{}, lineage.Errorf(lineage.Unavailable, op, "the book is not open yet; try again in a moment")
	}
	i := a.memory.find(a.tenant(tenant), id)
	if i == nil {
		return slo.Incident{}, missing(op, id)
	}
	return *i, nil
}

func (m *memory) find(tenant, id string) *slo.Incident {
	if i := m.incidents[id]; i != nil && i.Tenant == tenant {
		return i
	}
	return nil
}

func missing(op, id string) error {
	if len(id) > 64 {
		id = id[:64]
	}
	return lineage.Errorf(lineage.NotFound, op, "there is no incident %q; resolved ones are kept here for a while, and in the store for good", id)
}

// tenant is the one that is meant when none is named.
func (a *Alerts) tenant(name string) string {
	if name == "" {
		return a.cfg.Tenant
	}
	return name
}

func (p place) cursor() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // it is a time and strings
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor returns the zero place for the first page.
func readCursor(cursor string) (place, error) {
	var p place
	if cursor == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		err = d.Decode(&p)
	}
	if err != nil || p.State != slo.Firing && p.State != slo.Resolved || p.ID == "" || p.At.IsZero() {
		return place{}, lineage.Errorf(lineage.Invalid, "list incidents", "the cursor is none of ours: take it from the page before, unchanged")
	}
	return p, nil
}
