package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// walked is an execution that started some hours after the day began and went through
// stages, each a word and its minute: "paid 90". One with a "!" failed.
func walked(id string, hours int, state lineage.State, steps ...string) *lineage.Execution {
	x := execution("sales", id, time.Duration(hours)*time.Hour, state, "")
	x.Members = []lineage.Member{{Object: x.Anchor}}
	for _, stage := range []string{"won", "ordered", "paid"} {
		x.Stages = append(x.Stages, lineage.Stage{Name: stage, Type: "order"})
	}
	for i, step := range steps {
		var stage string
		var minutes int
		if _, err := fmt.Sscan(strings.TrimSuffix(step, "!"), &stage, &minutes); err != nil {
			panic(err) // it is a constant of the tests
		}
		e := &lineage.Event{
			Tenant: "default", Source: "erp", ID: fmt.Sprint(i), Stage: stage, Time: x.StartedAt.Add(time.Duration(minutes) * time.Minute),
			Refs: []lineage.Ref{{Object: x.Anchor, Role: lineage.Subject}},
		}
		if strings.HasSuffix(step, "!") {
			e.Outcome = lineage.OutcomeFailed
		}
		x.Events = append(x.Events, e)
		x.LastAt = e.Time
	}
	if state == lineage.StateCompleted {
		x.EndedAt = x.LastAt
	}
	return x
}

// sales are some executions: "won ordered paid" three times, one of them with rework
// in another order, and what must not be counted beside them.
func sales(t *testing.T, f *Fixture) {
	ctx := t.Context()
	loose := walked("loose", 4, lineage.StateOpen, "won 5")
	loose.Unanchored = true
	must(t, f.SaveExecutions(ctx, "default", 2, []*lineage.Execution{
		walked("a", 0, lineage.StateCompleted, "won 0", "ordered 10", "paid 40"),
		walked("b", 1, lineage.StateCompleted, "won 0", "ordered 20!", "ordered 50", "paid 60"),
		walked("c", 2, lineage.StateOpen, "won 0", "ordered 15", "paid 20"),
		walked("d", 3, lineage.StateCompleted, "won 0", "ordered 10", "won 20", "ordered 30", "paid 100"),
		walked("e", 5, lineage.StateCompleted),
		walked("gone", 5, lineage.StateCompleted, "paid 1"),
		loose,
	}, nil))
	must(t, f.SaveExecutions(ctx, "default", 1, []*lineage.Execution{walked("a", 0, lineage.StateOpen, "won 0")}, nil))
	must(t, f.SaveExecutions(ctx, "default", 3, nil, []lineage.ExecutionRef{{Flow: "sales", Anchor: lineage.Object{Type: "order", System: "erp", ID: "gone"}}}))
	must(t, f.SaveExecutions(ctx, "other", 1, []*lineage.Execution{walked("theirs", 0, lineage.StateCompleted, "won 0")}, nil))
	must(t, f.SaveExecutions(ctx, "default", 1, []*lineage.Execution{walked("late", 24, lineage.StateCompleted, "paid 0")}, nil))
	elsewhere := walked("elsewhere", 0, lineage.StateCompleted, "won 0")
	elsewhere.Flow = "returns"
	must(t, f.SaveExecutions(ctx, "default", 1, []*lineage.Execution{elsewhere}, nil))
	must(t, f.Conn.Exec(ctx, f.in(`INSERT INTO store.executions (tenant, flow, anchor_type, anchor_system, anchor_id, version, state, started_at, detail)
		VALUES ('default', 'sales', 'order', 'erp', 'old', 1, 'completed', toDateTime64('2026-11-23 06:00:00', 9, 'UTC'), '{}')`)))
}

// asked is the day on which the sales took place.
func asked() lineage.VariantQuery {
	return lineage.VariantQuery{Tenant: "default", Flow: "sales", From: day, To: day.Add(24 * time.Hour), Limit: 10}
}

func variantsAreCounted(t *testing.T, f *Fixture) {
	sales(t, f)
	got, err := f.Variants(t.Context(), asked())
	must(t, err)
	equal(t, "as of", time.Since(got.AsOf).Abs() < time.Minute, true)
	got.AsOf = time.Time{}
	for i := range got.Top {
		equal(t, "digits of the id", len(got.Top[i].ID), 16)
		got.Top[i].ID = ""
	}
	hop := func(from, to string, taken int, share float64, minutes int) lineage.Hop {
		return lineage.Hop{From: from, To: to, Taken: taken, Share: share, Median: time.Duration(minutes) * time.Minute}
	}
	want := lineage.Variants{
		All: lineage.Variant{
			Executions: 6, Unanchored: 1, Completed: 4, Rework: 1, P50: 40 * time.Minute, P95: 100 * time.Minute,
			Bottleneck: hop("won", "ordered", 5, 0.25, 10),
		},
		Top: []lineage.Variant{
			{Stages: []string{"won", "ordered", "paid"}, Executions: 3, Completed: 2, P50: 40 * time.Minute, P95: 60 * time.Minute, Bottleneck: hop("won", "ordered", 3, 0.75, 15)},
			{Stages: []string{}, Executions: 1, Completed: 1},
			{Stages: []string{"won"}, Executions: 1, Unanchored: 1, Bottleneck: hop("", "won", 1, 1, 5)},
			{Stages: []string{"won", "ordered", "won", "ordered", "paid"}, Executions: 1, Completed: 1, Rework: 1, P50: 100 * time.Minute, P95: 100 * time.Minute, Bottleneck: hop("ordered", "paid", 1, 0.7, 70)},
		},
		Distinct: 4, Uncounted: 1,
	}
	equal(t, "variants", got, want)

	q := asked()
	q.Limit, q.State = 1, lineage.StateCompleted
	got, err = f.Variants(t.Context(), q)
	must(t, err)
	equal(t, "told", len(got.Top), 1)
	equal(t, "counted", [...]int{got.All.Executions, got.Distinct, got.Top[0].Executions, got.Uncounted}, [...]int{4, 3, 2, 1})

	q.From, q.To, q.State = time.Time{}, time.Time{}, ""
	got, err = f.Variants(t.Context(), q)
	must(t, err)
	equal(t, "counted at any time", got.All.Executions, 7)
	q.Flow = "nothing"
	got, err = f.Variants(t.Context(), q)
	must(t, err)
	got.AsOf = time.Time{}
	equal(t, "variants of nothing", got, lineage.Variants{})
}

func variantsLeadToTheirExecutions(t *testing.T, f *Fixture) {
	sales(t, f)
	all, err := f.Variants(t.Context(), asked())
	must(t, err)
	ids := map[string]string{"any": ""}
	for _, v := range all.Top {
		ids[strings.Join(v.Stages, " ")] = v.ID
	}
	for _, c := range []struct {
		variant string
		which   lineage.Variety
		state   lineage.State
		want    string
	}{
		{"any", "", "", "e loose d c b a"},
		{"won ordered paid", "", "", "c b a"},
		{"won ordered paid", "", lineage.StateCompleted, "b a"},
		{"won ordered paid", lineage.Reworked, "", ""},
		{"any", lineage.Reworked, "", "d"},
		{"any", lineage.Loose, "", "loose"},
		{"any", lineage.Uncounted, "", "old"},
		{"", "", "", "e"},
	} {
		q := lineage.VariantListQuery{VariantQuery: asked(), Variant: ids[c.variant], Which: c.which}
		q.State, q.Limit = c.state, 2
		var got []string
		for first := true; first || q.Cursor != ""; first = false {
			page, err := f.VariantExecutions(t.Context(), q, "")
			must(t, err)
			for _, x := range page.Executions {
				got = append(got, x.Anchor.ID)
			}
			q.Cursor = page.Next
		}
		equal(t, fmt.Sprintf("%+v", c), strings.Join(got, " "), c.want)
	}
}

func variantsOfOneType(t *testing.T, f *Fixture) {
	loose := func(typ, id string) *lineage.Execution {
		x := walked(id, 1, lineage.StateOpen, "won 0")
		x.Anchor.Type, x.Unanchored = typ, true
		return x
	}
	must(t, f.SaveExecutions(t.Context(), "default", 1, []*lineage.Execution{loose("invoice", "1"), loose("quote", "2"), loose("invoice", "3")}, nil))
	for typ, want := range map[string]int{"": 3, "invoice": 2, "quote": 1, "order": 0} {
		page, err := f.VariantExecutions(t.Context(), lineage.VariantListQuery{VariantQuery: asked(), Which: lineage.Loose}, typ)
		must(t, err)
		equal(t, "executions on "+typ, len(page.Executions), want)
	}
}

func badVariants(t *testing.T, f *Fixture) {
	for what, change := range map[string]func(*lineage.VariantListQuery){
		"no flow":               func(q *lineage.VariantListQuery) { q.Flow = "" },
		"no limit":              func(q *lineage.VariantListQuery) { q.Limit = 0 },
		"a limit beyond":        func(q *lineage.VariantListQuery) { q.Limit = 1001 },
		"a window without time": func(q *lineage.VariantListQuery) { q.To = q.From },
		"a short variant":       func(q *lineage.VariantListQuery) { q.Variant = "abc" },
		"a variant of words":    func(q *lineage.VariantListQuery) { q.Variant = "won ordered paid" },
		"a variety":             func(q *lineage.VariantListQuery) { q.Which = "odd" },
		"a cursor":              func(q *lineage.VariantListQuery) { q.Cursor = "x" },
	} {
		q := lineage.VariantListQuery{VariantQuery: asked()}
		change(&q)
		_, err := f.VariantExecutions(t.Context(), q, "")
		equal(t, "kind of "+what, lineage.KindOf(err), lineage.Invalid)
	}
	q := asked()
	q.Limit = 0
	_, err := f.Variants(t.Context(), q)
	equal(t, "kind of no limit", lineage.KindOf(err), lineage.Invalid)
}

func sequencesAreKept(t *testing.T, f *Fixture) {
	x := walked("a", 1, lineage.StateFailed, "won 0", "ordered 10!", "won 20", "paid 30!")
	must(t, f.SaveExecutions(t.Context(), "default", 1, []*lineage.Execution{x}, nil))
	var stages, firsts, dones, attempts, reworks string
	f.scan(t, `SELECT arrayStringConcat(CAST(step_stages, 'Array(String)'), ' '),
		arrayStringConcat(arrayMap(at -> toString(dateDiff('minute', started_at, at)), step_firsts), ' '),
		arrayStringConcat(arrayMap(at -> if(at = 0, '-', toString(dateDiff('minute', started_at, at))), step_dones), ' '),
		arrayStringConcat(step_attempts, ' '), arrayStringConcat(step_reworks, ' ')
		FROM store.executions WHERE steps_known`, &stages, &firsts, &dones, &attempts, &reworks)
	equal(t, "columns", []string{stages, firsts, dones, attempts, reworks}, []string{"won ordered won paid", "0 10 20 30", "0 - 20 -", "1 1 1 1", "0 0 1 0"})
}
