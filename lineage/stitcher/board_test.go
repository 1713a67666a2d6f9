package stitcher

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

func TestTheBoardIsAlwaysSortedWhateverChanged(t *testing.T) {
	t.Parallel()
	cat := catalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		b := newBoard(cat)
		fb := b.flows["quote-to-cash"]
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			ref := lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: lineage.Object{Type: "order", ID: fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "order"))}}
			var x *lineage.Execution
			if rapid.Bool().Draw(t, "lives") {
				x = &lineage.Execution{Flow: ref.Flow, Anchor: ref.Anchor, StartedAt: time.Unix(int64(rapid.IntRange(1, 5).Draw(t, "started")), 0)}
			}
			b.put(ref, x)
			if rapid.Bool().Draw(t, "read") {
				want := make([]lineage.Summary, 0)
				for _, s := range fb.summaries {
					want = append(want, s)
				}
				slices.SortFunc(want, compareSummaries)
				if diff := cmp.Diff(want, append([]lineage.Summary{}, fb.newest()...)); diff != "" {
					t.Fatal(diff)
				}
			}
		}
	})
}
