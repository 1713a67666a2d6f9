package web

import (
	"net/http"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// The shapes of /api/v1/incidents. Durations are in seconds.
type (
	incidentsAnswer struct {
		Incidents []incidentJSON `json:"incidents"`
		Next      string         `json:"next"`
		Firing    int            `json:"firing"` // of all there are, whatever is listed
		Resolved  int            `json:"resolved"`
	}
	// incidentJSON is one incident. Of a late source sla is empty, and subject and
	// anchor are null.
	incidentJSON struct {
		ID             string      `json:"id"`
		Kind           string      `json:"kind"`
		SLA            string      `json:"sla"`
		Title          string      `json:"title"`
		Severity       string      `json:"severity"`
		Source         string      `json:"source"`
		Flow           string      `json:"flow"`
		Subject        *typeAndID  `json:"subject"`
		Anchor         *typeAndID  `json:"anchor"`
		Episode        int         `json:"episode"`
		State          string      `json:"state"`
		StartedAt      moment      `json:"started_at"`
		DueAt          moment      `json:"due_at"`
		OpenedAt       moment      `json:"opened_at"`
		LateBy         float64     `json:"late_by"` // how long after the deadline it was noticed
		ResolvedAt     moment      `json:"resolved_at"`
		Resolution     string      `json:"resolution"`
		Stage          string      `json:"stage"`
		StageState     string      `json:"stage_state"`
		Reason         string      `json:"reason"`
		Amount         *amountJSON `json:"amount"`
		Runbook        string      `json:"runbook"`
		Waiting        int         `json:"waiting"` // of a late source: breaches that hang on it
		AcknowledgedAt moment      `json:"acknowledged_at"`
		Owner          string      `json:"owner"`
		Comment        string      `json:"comment"`
		History        []entryJSON `json:"history"`
		Page           string      `json:"page"` // path of its page
	}
	// incidentAnswer is one incident with what was known of its clock, and when;
	// null while the store cannot be asked.
	incidentAnswer struct {
		incidentJSON
		Transitions []transitionJSON `json:"transitions"`
	}
	transitionJSON struct {
		Kind        string  `json:"kind"`
		At          moment  `json:"at"` // when it happened
		NoticedAt   moment  `json:"noticed_at"`
		DueAt       moment  `json:"due_at"`
		LateBy      float64 `json:"late_by"` // of a breach
		Verdict     string  `json:"verdict"` // of an end
		Provisional bool    `json:"provisional"`
	}
	entryJSON struct {
		At   moment `json:"at"`
		Text string `json:"text"`
	}
	// amountJSON is an amount in minor units of its currency, and as a decimal text.
	amountJSON struct {
		Minor    int64  `json:"minor"`
		Currency string `json:"currency"`
		Text     string `json:"text"`
	}
)

// amountOf is null when no amount was told.
func amountOf(m lineage.Money) *amountJSON {
	if m.IsZero() {
		return nil
	}
	return &amountJSON{m.Minor, m.Currency, m.Decimal()}
}

func (s *Server) incidentsJSON(r *http.Request, a ask) (any, error) {
	q, err := s.incidentQuery(a, 100)
	if err != nil {
		return nil, err
	}
	list, err := s.deps.Incidents.Incidents(r.Context(), q)
	if err != nil {
		return nil, err
	}
	if len(list.Incidents) == 0 {
		if err := s.unknownSLA(q.SLA); err != nil {
			return nil, err
		}
		if err := s.unknownFlow(q.Flow); err != nil {
			return nil, err
		}
	}
	return incidentsAnswer{
		Incidents: each(list.Incidents, incidentOf), Next: list.Next, Firing: list.Firing, Resolved: list.Resolved,
	}, nil
}

func (s *Server) incidentJSON(r *http.Request, a ask) (any, error) {
	i, err := s.deps.Incidents.Incident(r.Context(), s.config.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	out := incidentAnswer{incidentJSON: incidentOf(i)}
	list, err := s.transitions(r.Context(), &i)
	if err != nil {
		s.deps.Log.Warn("what was known of an incident cannot be read", "error", err)
		return out, nil
	}
	out.Transitions = each(list, transitionOf)
	return out, nil
}

func transitionOf(t slo.Transition) transitionJSON {
	due := t.Due
	if due.IsZero() {
		due = t.Clock.DueAt
	}
	return transitionJSON{
		Kind: string(t.Kind), At: moment(t.At), NoticedAt: moment(t.Recorded), DueAt: moment(due),
		LateBy: t.LateBy.Seconds(), Verdict: string(t.Verdict), Provisional: t.Provisional,
	}
}

func incidentOf(i slo.Incident) incidentJSON {
	return incidentJSON{
		ID: i.ID, Kind: string(i.Kind), SLA: i.SLA, Title: i.Impact.Title, Severity: string(i.Impact.Severity), Source: i.Source,
		Flow: i.Impact.Flow, Subject: namedOrNull(i.Subject), Anchor: namedOrNull(i.Impact.Anchor), Episode: i.Episode,
		State: string(i.State), StartedAt: moment(i.StartedAt), DueAt: moment(i.DueAt), OpenedAt: moment(i.OpenedAt),
		LateBy: i.LateBy.Seconds(), ResolvedAt: moment(i.ResolvedAt), Resolution: string(i.Resolution),
		Stage: i.Impact.Stage, StageState: string(i.Impact.State), Reason: i.Impact.Reason, Amount: amountOf(i.Impact.Amount),
		Runbook: i.Impact.Runbook, Waiting: i.Waiting, AcknowledgedAt: moment(i.AcknowledgedAt), Owner: i.Owner, Comment: i.Comment,
		History: each(i.History, func(e slo.Entry) entryJSON { return entryJSON{moment(e.At), e.Text} }),
		Page:    view.IncidentURL(i.ID),
	}
}

func namedOrNull(o lineage.Object) *typeAndID {
	if o.IsZero() {
		return nil
	}
	n := named(o)
	return &n
}
