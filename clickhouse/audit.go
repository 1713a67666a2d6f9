package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/audit.sql
	auditSQL string
	//go:embed query/audited.sql
	auditedSQL string
)

// SaveAudit stores entries of the audit. An entry that is stored again is the same.
func (s *Store) SaveAudit(ctx context.Context, entries []lineage.AuditEntry) error {
	r := newAuditRows()
	return wrap("clickhouse.SaveAudit", save(ctx, s, r, entries, r.add))
}

// Audited returns the last entry of every object of a tenant, sorted.
func (s *Store) Audited(ctx context.Context, tenant string) ([]lineage.AuditEntry, error) {
	return s.audit(ctx, "clickhouse.Audited", tenant, auditedSQL, nil)
}

// Audit returns the entries of one object, newest first: the last limit (1 to 1000).
func (s *Store) Audit(ctx context.Context, tenant string, o lineage.Object, limit int) ([]lineage.AuditEntry, error) {
	const op = "clickhouse.Audit"
	if limit < 1 || limit > maxPage {
		return nil, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", limit, maxPage)
	}
	return s.audit(ctx, op, tenant, auditSQL, append(objectParameters(o), driver.Named("limit", uint32(limit))))
}

func (s *Store) audit(ctx context.Context, op, tenant, query string, args []any) ([]lineage.AuditEntry, error) {
	var all []lineage.AuditEntry
	err := s.each(ctx, op, query, append(args, driver.Named("tenant", tenant)), func(rows row) error {
		e := lineage.AuditEntry{Tenant: tenant}
		var most, related int64
		err := rows.Scan(append(objectTargets(&e.Object), count{&e.Turn}, &e.Held, (*string)(&e.Cause), &e.Guard.Type, &e.Guard.To,
			&most, &related, &e.Decision, &e.By, instant{&e.At})...)
		e.Guard.Max, e.Related = int(most), int(related)
		all = append(all, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
