package storetest

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

func execution(flow, id string, started time.Duration, state lineage.State, stage string) *lineage.Execution {
	return &lineage.Execution{Tenant: "default", Flow: flow, Anchor: lineage.Object{Type: "order", System: "erp", ID: id}, StartedAt: at(started), State: state, Stage: stage}
}

func versionsHold(t *testing.T, f *Fixture) {
	ctx := t.Context()
	for _, version := range []uint64{5, 9, 7, 9} {
		must(t, f.SaveExecutions(ctx, "default", version, []*lineage.Execution{execution("f", "SO-1", time.Second, lineage.StateOpen, fmt.Sprint("v", version))}, nil))
	}
	got, err := f.Execution(ctx, "default", lineage.ExecutionRef{Flow: "f", Anchor: lineage.Object{Type: "order", System: "erp", ID: "SO-1"}})
	must(t, err)
	equal(t, "stage", got.Stage, "v9")
	page, err := f.Executions(ctx, lineage.ListQuery{Tenant: "default", Limit: 10})
	must(t, err)
	equal(t, "listed", len(page.Executions), 1)
	equal(t, "stage in the list", page.Executions[0].Stage, "v9")
}

func tombstones(t *testing.T, f *Fixture) {
	ctx := t.Context()
	e := execution("f", "SO-1", time.Second, lineage.StateOpen, "")
	ref := lineage.ExecutionRef{Flow: e.Flow, Anchor: e.Anchor}
	live := func() int {
		page, err := f.Executions(ctx, lineage.ListQuery{Tenant: "default", Limit: 10})
		must(t, err)
		_, err = f.Execution(ctx, "default", ref)
		equal(t, "found", lineage.KindOf(err) != lineage.NotFound, len(page.Executions) == 1)
		return len(page.Executions)
	}
	must(t, f.SaveExecutions(ctx, "default", 1, []*lineage.Execution{e}, nil))
	equal(t, "alive", live(), 1)
	must(t, f.SaveExecutions(ctx, "default", 3, nil, []lineage.ExecutionRef{ref}))
	equal(t, "gone", live(), 0)
	must(t, f.SaveExecutions(ctx, "default", 2, []*lineage.Execution{e}, nil))
	equal(t, "an older state", live(), 0)
	must(t, f.Conn.Exec(ctx, f.in("OPTIMIZE TABLE store.executions FINAL")))
	equal(t, "merged", live(), 0)
	must(t, f.SaveExecutions(ctx, "default", 4, []*lineage.Execution{e}, nil))
	equal(t, "alive again", live(), 1)
	must(t, f.SaveExecutions(ctx, "default", 5, nil, nil))
	equal(t, "nothing saved", live(), 1)
}

func retirement(t *testing.T, f *Fixture) {
	ctx := t.Context()
	version, err := f.ExecutionsVersion(ctx, "default")
	must(t, err)
	equal(t, "version of nothing", version, 0)
	must(t, f.SaveExecutions(ctx, "default", 3, []*lineage.Execution{execution("f", "old", 1, lineage.StateOpen, ""), execution("f", "kept", 2, lineage.StateOpen, "")}, nil))
	must(t, f.SaveExecutions(ctx, "other", 3, []*lineage.Execution{execution("f", "theirs", 1, lineage.StateOpen, "")}, nil))
	must(t, f.SaveExecutions(ctx, "default", 8, []*lineage.Execution{execution("f", "kept", 2, lineage.StateOpen, "")}, nil))
	for range 2 {
		must(t, f.RetireExecutions(ctx, "default", 7))
		page, err := f.Executions(ctx, lineage.ListQuery{Tenant: "default", Limit: 10})
		must(t, err)
		equal(t, "left", len(page.Executions), 1)
		equal(t, "which", page.Executions[0].Anchor.ID, "kept")
	}
	page, err := f.Executions(ctx, lineage.ListQuery{Tenant: "other", Limit: 10})
	must(t, err)
	equal(t, "of another tenant", len(page.Executions), 1)
	version, err = f.ExecutionsVersion(ctx, "default")
	must(t, err)
	equal(t, "version", version, 8)
}

func executionLists(t *testing.T, f *Fixture) {
	must(t, f.SaveExecutions(t.Context(), "default", 1, []*lineage.Execution{
		execution("sales", "a", 1*time.Second, lineage.StateOpen, "order"),
		execution("sales", "b", 2*time.Second, lineage.StateCompleted, "payment"),
		execution("sales", "c", 3*time.Second, lineage.StateOpen, "payment"),
		execution("returns", "d", 4*time.Second, lineage.StateOpen, ""),
		execution("transaction", "e", 5*time.Second, lineage.StateObserved, ""),
	}, nil))
	for want, q := range map[string]lineage.ListQuery{
		"dcba": {},
		"cba":  {Flow: "sales"},
		"e":    {Flow: "transaction"},
		"ca":   {Flow: "sales", State: lineage.StateOpen},
		"cb":   {Stage: "payment"},
		"c":    {Stage: "payment", State: lineage.StateOpen},
		"":     {Flow: "nothing"},
	} {
		q.Tenant, q.Limit = "default", 10
		page, err := f.Executions(t.Context(), q)
		must(t, err)
		got := ""
		for _, e := range page.Executions {
			got += e.Anchor.ID
		}
		equal(t, fmt.Sprintf("%+v", q), got, want)
		for i, e := range page.Executions { // a list that began elsewhere goes on here
			q.Cursor = e.Place().Cursor()
			rest, err := f.Executions(t.Context(), q)
			must(t, err)
			equal(t, "left behind "+e.Anchor.ID, len(rest.Executions), len(page.Executions)-i-1)
		}
	}
}
