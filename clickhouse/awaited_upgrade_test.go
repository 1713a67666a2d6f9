package clickhouse_test

import (
	"testing"

	"throughline/lineage"
)

// beforeAwaited is the last version of the tables whose executions did not tell what they
// await.
const beforeAwaited = 43

func TestExecutionsOfBeforeTellNothingAwaited(t *testing.T) {
	t.Parallel()
	s, ctx := fill(t, beforeAwaited, []string{
		`INSERT INTO executions (tenant, flow, anchor_type, anchor_system, anchor_id, version, state, detail)
		VALUES ('default', 'f', 'order', 'erp', 'SO-1', 3, 'open', '{"Members":[{"Object":{"Type":"invoice","ID":"I-1"},"Placeholder":true}]}')`,
	}), t.Context()
	for range 2 { // migrated twice, it is the same
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	told := 0
	if err := s.Outlines(ctx, "default", func(e *lineage.Summary, awaited []lineage.Awaited) error {
		if told++; e.Anchor.ID != "SO-1" || e.State != lineage.StateOpen || len(awaited) > 0 {
			t.Errorf("told is %+v, which awaits %v", e, awaited)
		}
		return nil
	}); err != nil || told != 1 {
		t.Errorf("%d executions are told, not 1 (%v)", told, err)
	}
}
