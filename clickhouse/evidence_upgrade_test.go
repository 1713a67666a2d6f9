package clickhouse_test

import (
	"slices"
	"testing"

	"throughline/lineage"
)

// beforeEvidence is the last version of the tables whose events nothing led to.
const beforeEvidence = 42

func TestEventsOfBeforeEvidenceAreFound(t *testing.T) {
	t.Parallel()
	s, ctx := fill(t, beforeEvidence, []string{
		`INSERT INTO business_events (day, writer, block, row, tenant, source, id, correlation, ref_types, ref_systems, ref_scopes, ref_ids, ref_roles) VALUES
		('2026-10-20', 'w', 1, 0, 'default', 'erp', 'old', 'c', ['order'], ['erp'], [''], ['SO-1'], ['subject']),
		('2026-11-20', 'w', 2, 0, 'default', 'erp', 'mapped anew', '', [], [], [], [], []),
		('2026-11-20', 'w', 2, 1, 'default', 'erp', 'old', '', [], [], [], [], [])`,
		`INSERT INTO remapped_events (day, writer, block, row, tenant, generation, ref_types, ref_systems, ref_scopes, ref_ids, ref_roles)
		VALUES ('2026-11-20', 'w', 2, 0, 'default', 7, ['order'], ['erp'], [''], ['SO-2'], ['subject'])`,
	}), t.Context()
	for range 2 { // migrated twice, it is the same
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	correlation := []lineage.ClaimKey{{Kind: lineage.CorrelationClaim, Value: "c"}}
	for _, c := range []struct {
		m    lineage.Missing
		want []string
	}{
		{lineage.Missing{IDs: []string{"SO-1"}}, []string{"old", "old"}},
		{lineage.Missing{IDs: []string{"SO-2"}}, []string{"mapped anew"}},
		{lineage.Missing{IDs: []string{"SO-2"}, Claims: correlation}, []string{"old", "mapped anew", "old"}},
	} {
		found, err := s.Evidence(ctx, "default", c.m, []string{"order"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Event.ID)
			if f.Event.ID == "mapped anew" && (f.Generation != 7 || len(f.Event.Refs) != 1 || f.Event.Refs[0].Object.ID != "SO-2") {
				t.Errorf("mapped as %+v by %d", f.Event.Refs, f.Generation)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v finds %q, not %q", c.m, got, c.want)
		}
	}
}
