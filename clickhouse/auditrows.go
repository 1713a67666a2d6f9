package clickhouse

import "throughline/lineage"

// auditRows are rows of the table audit.
type auditRows struct {
	tenant, cause, guardType, guardTo word
	decision, by                      text
	object                            object
	turn                              *number[uint32]
	held                              *number[uint8]
	most, related, at                 *number[int64]
}

func newAuditRows() *auditRows {
	return &auditRows{turn: uint32Column(), held: uint8Column(), most: int64Column(), related: int64Column(), at: dateTime()}
}

func (r *auditRows) table() string { return "audit" }

func (r *auditRows) len() int { return len(r.at.all) }

func (r *auditRows) columns() []named {
	return append(r.object.columns("object"), []named{
		{"tenant", &r.tenant},
		{"turn", r.turn},
		{"held", r.held},
		{"cause", &r.cause},
		{"guard_type", &r.guardType},
		{"guard_to", &r.guardTo},
		{"guard_max", r.most},
		{"related", r.related},
		{"decision", &r.decision},
		{"decided_by", &r.by},
		{"at", r.at},
	}...)
}

func (r *auditRows) add(e *lineage.AuditEntry) {
	r.object.add(e.Object)
	r.tenant.add(e.Tenant)
	r.turn.add(uint32(e.Turn))
	r.held.add(flag(e.Held))
	r.cause.add(string(e.Cause))
	r.guardType.add(e.Guard.Type)
	r.guardTo.add(e.Guard.To)
	r.most.add(int64(e.Guard.Max))
	r.related.add(int64(e.Related))
	r.decision.add(e.Decision)
	r.by.add(e.By)
	r.at.add(nanos(e.At))
}
