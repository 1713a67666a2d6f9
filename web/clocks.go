package web

import (
	"context"

	"throughline/lineage"
	"throughline/slo"
)

// clocksOf reads the clocks of everything that was found, in one question.
func (s *Server) clocksOf(ctx context.Context, a lineage.Answer) ([]slo.Reading, error) {
	objects := objectsOf(a.Executions, a.Unanchored)
	if len(objects) == 0 {
		return nil, nil
	}
	return s.deps.Clocks.ClocksOf(ctx, s.config.Tenant, objects)
}

// objectsOf are the objects of executions, each once: of an execution the anchor
// comes first.
func objectsOf(lists ...[]*lineage.Execution) []lineage.Object {
	var out []lineage.Object
	seen := map[lineage.Object]struct{}{}
	add := func(o lineage.Object) {
		if _, known := seen[o]; !known && !o.IsZero() {
			seen[o] = struct{}{}
			out = append(out, o)
		}
	}
	for _, list := range lists {
		for _, e := range list {
			add(e.Anchor)
			for _, m := range e.Members {
				add(m.Object)
			}
		}
	}
	return out
}

// clockJSON is one deadline of an execution.
type clockJSON struct {
	SLA         string    `json:"sla"`
	Title       string    `json:"title"`
	Subject     typeAndID `json:"subject"`
	State       string    `json:"state"`
	Verdict     string    `json:"verdict"` // "" as long as there is none
	Provisional bool      `json:"provisional"`
	StartedAt   moment    `json:"started_at"`
	DueAt       moment    `json:"due_at"`
	BreachedAt  moment    `json:"breached_at"`
	EndedAt     moment    `json:"ended_at"`
	Episode     int       `json:"episode"`
}

func clockOf(r slo.Reading) clockJSON {
	return clockJSON{
		SLA: r.SLA.Name, Title: r.SLA.Title, Subject: named(r.Subject), State: string(r.State), Verdict: string(r.Verdict),
		Provisional: r.Provisional, StartedAt: moment(r.StartedAt), DueAt: moment(r.DueAt),
		BreachedAt: moment(r.BreachedAt), EndedAt: moment(r.EndedAt), Episode: r.Episode,
	}
}
