package web

import (
	"net/http"

	"throughline/lineage"
)

// The shapes of /api/v1/guards.
type (
	guardsAnswer struct {
		Held []heldJSON `json:"held"`
		Next string     `json:"next"`
	}
	// heldJSON is one object that is held back. Of one that only a decision holds back
	// the guard is null.
	heldJSON struct {
		fullyJSON
		By       string     `json:"by"` // guard or decision
		Guard    *guardJSON `json:"guard"`
		Related  int        `json:"related"` // to how many objects of guard.to
		Since    moment     `json:"since"`
		Decision string     `json:"decision"` // id of the decision that holds it back
	}
	guardJSON struct {
		Type string `json:"type"`
		To   string `json:"to"`
		Max  int    `json:"max"`
	}
	// heldAnswer is one object; held is null when it is not held back, and audit while
	// the store cannot be asked.
	heldAnswer struct {
		Object    fullyJSON      `json:"object"`
		Held      *heldJSON      `json:"held"`
		Withheld  []relationJSON `json:"withheld"` // at most 1000
		Decisions []decisionJSON `json:"decisions"`
		Audit     []auditJSON    `json:"audit"`
	}
	auditJSON struct {
		Turn     int        `json:"turn"`
		Held     bool       `json:"held"` // from then on
		Cause    string     `json:"cause"`
		Guard    *guardJSON `json:"guard"`
		Related  int        `json:"related"`
		Decision string     `json:"decision"`
		By       string     `json:"by"`
		At       moment     `json:"at"`
	}
)

func guardOf(g lineage.Guard) *guardJSON {
	if g == (lineage.Guard{}) {
		return nil
	}
	return &guardJSON{g.Type, g.To, g.Max}
}

func heldJSONOf(h lineage.HeldBack) heldJSON {
	by := "guard"
	if h.Blocked {
		by = "decision"
	}
	return heldJSON{*fully(h.Object), by, guardOf(h.Guard), h.Related, moment(h.Since), h.Decision.ID}
}

func (s *Server) guardsJSON(r *http.Request, a ask) (any, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	all, err := s.deps.Guards.HeldBack(r.Context(), s.config.Tenant)
	if err != nil {
		return nil, err
	}
	list, next, err := slicePage(all, limit, cursor)
	return guardsAnswer{each(list, heldJSONOf), next}, err
}

func (s *Server) heldJSON(r *http.Request, a ask) (any, error) {
	q, err := a.object(s.config.Tenant)
	if err != nil {
		return nil, err
	}
	found, err := s.heldOf(r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := heldAnswer{Object: *fully(found.object), Withheld: each(found.withheld, edgeJSON), Decisions: each(found.decided, decisionOf)}
	if found.now != nil {
		h := heldJSONOf(*found.now)
		out.Held = &h
	}
	if !found.away {
		out.Audit = each(found.turns, func(e lineage.AuditEntry) auditJSON {
			return auditJSON{e.Turn, e.Held, string(e.Cause), guardOf(e.Guard), e.Related, e.Decision, e.By, moment(e.At)}
		})
	}
	return out, nil
}
