package alerts

import (
	"context"

	"throughline/lineage"
	"throughline/slo"
)

// Acknowledge notes who looks after an incident. It is durable before it answers,
// and tells the outside nothing. It fails with Invalid for what
// slo.CheckAcknowledgement refuses, NotFound, and Conflict when the incident is resolved.
func (a *Alerts) Acknowledge(ctx context.Context, tenant, id, owner, comment string) (slo.Incident, error) {
	const op = "acknowledge incident"
	owner, comment, err := slo.CheckAcknowledgement(owner, comment)
	if err != nil {
		return slo.Incident{}, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return slo.Incident{}, lineage.E(lineage.Unavailable, op, err)
	}
	if a.book == nil {
		return slo.Incident{}, lineage.Errorf(lineage.Unavailable, op, "the book is not open yet; try again in a moment")
	}
	old := a.memory.find(a.tenant(tenant), id)
	if old == nil {
		return slo.Incident{}, missing(op, id)
	}
	next, err := old.Acknowledge(a.deps.Now().UTC(), owner, comment)
	if err != nil {
		return slo.Incident{}, err
	}
	d := a.draft()
	d.incidents[id] = next
	if err := a.commit(d); err != nil {
		return slo.Incident{}, err
	}
	return *next, nil
}
