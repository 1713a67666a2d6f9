package view_test

import (
	"strconv"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/web/view"
)

// wordsOf are the words of the claim of the first of n orders that carry it.
func wordsOf(t *testing.T, n int, c lineage.Claim) string {
	t.Helper()
	var a lineage.Answer
	for i := range n {
		a.Executions = append(a.Executions, &lineage.Execution{Flow: "f", Anchor: lineage.Object{Type: "order", ID: "SO-" + strconv.Itoa(i+1)}, Claims: []lineage.Claim{c}})
	}
	rows := view.NewLineage(lineage.Object{}, a, view.Lore{}, view.Clock{}).Executions[0].Claims.Rows
	if len(rows) != 1 {
		t.Fatalf("%d claims", len(rows))
	}
	return told(rows[0].Words)
}

func TestAnAmbiguousClaimSaysWhoCarriesIt(t *testing.T) {
	t.Parallel()
	trace := lineage.Claim{Claim: "trace:" + strings.Repeat("ab", 16), State: lineage.Ambiguous}
	chain := lineage.Claim{Claim: "links:x", State: lineage.Ambiguous}
	claimed := lineage.Claim{Claim: trace.Claim, State: lineage.Claimed}
	for name, tc := range map[string]struct {
		orders int
		claim  lineage.Claim
		end    string
	}{
		"two orders of the page are named":          {2, trace, " 2 of type order on this page carry it: SO-1, SO-2."},
		"of many the first are named":               {7, trace, " 7 of type order on this page carry it: SO-1, SO-2, SO-3, SO-4, SO-5 and 2 more."},
		"one alone points to the page of the claim": {1, trace, " Its page shows every transaction that carries it."},
		"one alone without a page says no more":     {1, chain, "brings more than the flow allows."},
		"what is claimed says no more":              {1, claimed, "belongs to it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wordsOf(t, tc.orders, tc.claim); !strings.HasSuffix(got, tc.end) {
				t.Errorf("it says %q", got)
			}
		})
	}
}
