package web

import (
	"context"

	"throughline/lineage"
)

// desk is what a test's house has decided, and holds back. Pages of lineage ask it too,
// so that what is not set is nothing and no failure.
type desk struct {
	decide    func(lineage.Decision) (lineage.Decided, error)
	preview   func(lineage.Decision) ([]lineage.Preview, error)
	ledger    []lineage.Decided
	caseOf    func([]lineage.Object) lineage.Case
	canonical map[lineage.Object]lineage.Object
	heldBack  []lineage.HeldBack
	withheld  []lineage.Edge
	audit     func(lineage.Object) ([]lineage.AuditEntry, error)
	absent    func(lineage.AbsentQuery) (lineage.AbsentPage, error)
	unready   error
}

func (f *fake) Decide(_ context.Context, d lineage.Decision) (lineage.Decided, error) {
	if f.decide == nil || d.Tenant != "default" {
		return lineage.Decided{}, f.unknown("Decide")
	}
	return f.decide(d)
}

func (f *fake) Preview(_ context.Context, d lineage.Decision, limit int) (lineage.Forecast, error) {
	if f.preview == nil || d.Tenant != "default" {
		return lineage.Forecast{}, f.unknown("Preview")
	}
	changes, err := f.preview(d)
	return lineage.Forecast{Decision: d, Total: len(changes), Changes: changes[:min(len(changes), limit)]}, err
}

func (f *fake) Decisions(context.Context, string) ([]lineage.Decided, error) {
	return f.ledger, f.unready
}

func (f *fake) Case(_ context.Context, _ string, ids []lineage.Object) (lineage.Case, error) {
	if f.caseOf == nil {
		return lineage.Case{}, f.unready
	}
	return f.caseOf(ids), f.unready
}

func (f *fake) Canonical(_ context.Context, _ string, o lineage.Object) (lineage.Object, bool, error) {
	if now, moved := f.canonical[o]; moved {
		return now, true, f.unready
	}
	return o, false, f.unready
}

func (f *fake) Merged(ctx context.Context, tenant string, o lineage.Object) (lineage.Object, bool, error) {
	return f.Canonical(ctx, tenant, o)
}

func (f *fake) HeldBack(context.Context, string) ([]lineage.HeldBack, error) {
	return f.heldBack, f.unready
}

func (f *fake) Withheld(_ context.Context, _ string, _ lineage.Object, limit int) ([]lineage.Edge, error) {
	return f.withheld[:min(len(f.withheld), limit)], f.unready
}

func (f *fake) Audit(_ context.Context, tenant string, o lineage.Object, _ int) ([]lineage.AuditEntry, error) {
	if f.audit == nil || tenant != "default" {
		return nil, f.unknown("Audit")
	}
	return f.audit(o)
}

func (f *fake) Absent(_ context.Context, q lineage.AbsentQuery) (lineage.AbsentPage, error) {
	if f.absent == nil || q.Tenant != "default" {
		return lineage.AbsentPage{}, f.unknown("Absent")
	}
	return f.absent(q)
}
