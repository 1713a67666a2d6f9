package view_test

import (
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// variants are some, with evil wherever a stranger chooses the text.
func variants(evil string) view.Variants {
	hop := lineage.Hop{From: "won" + evil, To: "paid" + evil, Taken: 2, Share: 0.5, Median: time.Hour}
	v := view.NewVariants(lineage.Variants{
		All: lineage.Variant{Executions: 10, Completed: 3, Rework: 1, Unanchored: 1, P50: time.Hour, P95: time.Hour, Bottleneck: hop},
		Top: []lineage.Variant{
			{ID: "a", Stages: []string{"won" + evil, "paid", "won" + evil}, Executions: 3, Completed: 3, Rework: 1, Unanchored: 1, Bottleneck: hop},
			{ID: "b", Stages: strings.Fields(strings.Repeat("won paid ", lineage.MaxSteps/2)), Executions: 2},
			{ID: "c", Executions: 1},
		},
		Distinct: 7, Uncounted: 1, AsOf: noon,
	}, view.VariantFilter{Flow: "f" + evil, State: evil, From: noon.Add(-time.Hour)}, utc())
	v.Flows = []string{"f" + evil}
	return v
}

func TestALongVariantIsShortened(t *testing.T) {
	t.Parallel()
	long := variants("").Rows[1]
	if len(long.Chips) != 24 || long.More != lineage.MaxSteps-24 || !long.Cut {
		t.Errorf("%d chips, %d more, cut: %v", len(long.Chips), long.More, long.Cut)
	}
	for i, c := range long.Chips {
		if c.Again != (i > 1) {
			t.Errorf("step %d is again: %v", i, c.Again)
		}
	}
}

func TestTheRestOfTheVariantsIsSummedUp(t *testing.T) {
	t.Parallel()
	v := variants("")
	want := view.Rest{Variants: 4, Executions: 4, Share: "40\u00a0%", URL: "/variants?flow=f&from=2026-03-02T11%3A00%3A00Z&limit=1000"}
	if v.Rest != want {
		t.Errorf("%+v", v.Rest)
	}
	widths := []int{v.Rows[0].Width, v.Rows[1].Width, v.Rows[2].Width}
	if widths[0] != 300 || widths[1] != 200 || widths[2] != 100 {
		t.Errorf("the bars are %v thousandths", widths)
	}
}
