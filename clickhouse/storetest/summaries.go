package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

func summariesAreTold(t *testing.T, f *Fixture) {
	const n = 5000
	var live []*lineage.Execution
	var refs []lineage.ExecutionRef
	for i := range n {
		e := execution("sales", fmt.Sprintf("SO-%04d", i), time.Duration(i)*time.Second, lineage.StateOpen, "booked")
		live = append(live, e)
		refs = append(refs, lineage.ExecutionRef{Flow: e.Flow, Anchor: e.Anchor})
	}
	must(t, f.SaveExecutions(t.Context(), "default", 1, live, nil))
	must(t, f.SaveExecutions(t.Context(), "default", 2, []*lineage.Execution{execution("sales", "SO-0007", time.Second, lineage.StateCompleted, "paid")}, refs[8:10]))
	other := refs[0]
	other.Flow = "purchases"
	got, err := f.Summaries(t.Context(), "default", append(refs[:n-1:n-1], other))
	must(t, err)
	slices.SortFunc(got, func(a, b lineage.Summary) int { return strings.Compare(a.Anchor.ID, b.Anchor.ID) })
	equal(t, "summaries", len(got), n-3)
	page, err := f.Executions(t.Context(), lineage.ListQuery{Tenant: "default", Flow: "sales", State: lineage.StateCompleted, Limit: 1})
	must(t, err)
	equal(t, "the latest state", got[7], page.Executions[0])
	equal(t, "behind what is gone", got[8].Anchor.ID, "SO-0010")
	for _, refs := range [][]lineage.ExecutionRef{nil, {other}} {
		got, err := f.Summaries(t.Context(), "default", refs)
		must(t, err)
		equal(t, "of what is not there", len(got), 0)
	}
	theirs, err := f.Summaries(t.Context(), "other", refs)
	must(t, err)
	equal(t, "of another tenant", len(theirs), 0)
}

func lastHeard(t *testing.T, f *Fixture) {
	for i, k := range []int{5, 9, 3} {
		e, other := event(k), event(k)
		other.Source, other.Tenant = "crm", "other"
		must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: uint64(i), Day: day.AddDate(0, 0, i), Events: []lineage.Event{e, other}}, false))
	}
	got, err := f.LastHeard(t.Context(), "default", []string{"erp", "crm", "wms"})
	must(t, err)
	equal(t, "heard", got, map[string]time.Time{"erp": at(10 * time.Second)})
	got, err = f.LastHeard(t.Context(), "default", nil)
	must(t, err)
	equal(t, "of no source", len(got), 0)
}
