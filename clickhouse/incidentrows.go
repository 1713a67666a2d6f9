package clickhouse

import "throughline/slo"

// incidentRows are rows of the table incidents.
type incidentRows struct {
	tenant, kind, sla, source, closing word
	state, resolution, owner           word
	subject                            object
	impact                             impact
	id, comment                        text
	version                            *number[uint64]
	episode, waiting                   *number[uint32]
	told                               *number[uint8]
	startedAt, dueAt, openedAt         *number[int64]
	lateBy, resolvedAt, acknowledgedAt *number[int64]
	historyAt                          *list[*number[int64]]
	historyText                        *list[*text]
}

func newIncidentRows() *incidentRows {
	return &incidentRows{
		impact: newImpact(), version: uint64Column(), episode: uint32Column(), waiting: uint32Column(), told: uint8Column(),
		startedAt: dateTime(), dueAt: dateTime(), openedAt: dateTime(), lateBy: int64Column(), resolvedAt: dateTime(),
		acknowledgedAt: dateTime(), historyAt: times(), historyText: texts(),
	}
}

func (r *incidentRows) table() string { return "incidents" }

func (r *incidentRows) len() int { return len(r.version.all) }

func (r *incidentRows) columns() []named {
	all := append(r.subject.columns("subject"), r.impact.columns()...)
	return append(all, []named{
		{"tenant", &r.tenant},
		{"id", &r.id},
		{"version", r.version},
		{"kind", &r.kind},
		{"sla", &r.sla},
		{"episode", r.episode},
		{"source", &r.source},
		{"closing_source", &r.closing},
		{"state", &r.state},
		{"started_at", r.startedAt},
		{"due_at", r.dueAt},
		{"opened_at", r.openedAt},
		{"late_by", r.lateBy},
		{"resolved_at", r.resolvedAt},
		{"resolution", &r.resolution},
		{"told", r.told},
		{"waiting", r.waiting},
		{"acknowledged_at", r.acknowledgedAt},
		{"owner", &r.owner},
		{"comment", &r.comment},
		{"history_at", r.historyAt},
		{"history_text", r.historyText},
	}...)
}

func (r *incidentRows) add(i *slo.Incident) {
	r.tenant.add(i.Tenant)
	r.id.add(i.ID)
	r.version.add(i.Version)
	r.kind.add(string(i.Kind))
	r.sla.add(i.SLA)
	r.subject.add(i.Subject)
	r.episode.add(uint32(i.Episode))
	r.source.add(i.Source)
	r.impact.add(&i.Impact)
	r.closing.add(i.Impact.Source)
	r.state.add(string(i.State))
	r.startedAt.add(nanos(i.StartedAt))
	r.dueAt.add(nanos(i.DueAt))
	r.openedAt.add(nanos(i.OpenedAt))
	r.lateBy.add(int64(i.LateBy))
	r.resolvedAt.add(nanos(i.ResolvedAt))
	r.resolution.add(string(i.Resolution))
	r.told.add(flag(i.Told))
	r.waiting.add(uint32(i.Waiting))
	r.acknowledgedAt.add(nanos(i.AcknowledgedAt))
	r.owner.add(i.Owner)
	r.comment.add(i.Comment)
	for _, e := range i.History {
		r.historyAt.items.add(nanos(e.At))
		r.historyText.items.add(e.Text)
	}
	r.historyAt.end(len(i.History))
	r.historyText.end(len(i.History))
}
