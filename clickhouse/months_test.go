package clickhouse_test

import (
	"testing"

	"throughline/lineage"
)

// beforeMonths is a version of the tables that kept traces by day.
const beforeMonths = 22

func TestTracesOfBeforeMonthsAreCountedOnce(t *testing.T) {
	t.Parallel()
	s, ctx := fill(t, beforeMonths, []string{
		`INSERT INTO traces (day, writer, block, row, tenant, trace_id, spans, errors, services) VALUES
		('2026-10-31', 'w', 1, 0, 'default', unhex('0102030405060708090a0b0c0d0e0f10'), 2, 1, ['erp']),
		('2026-11-01', 'w', 2, 0, 'default', unhex('0102030405060708090a0b0c0d0e0f10'), 3, 0, ['crm'])`,
	}), t.Context()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	got, err := s.TraceSummaries(ctx, "default", []lineage.TraceID{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}})
	if err != nil || len(got) != 1 || got[0].Spans != 5 || got[0].Errors != 1 || len(got[0].Services) != 2 {
		t.Errorf("got %+v, %v; want one trace with five spans of two services, one failed", got, err)
	}
}
