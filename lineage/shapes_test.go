package lineage_test

import (
	"fmt"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// The walk stays where the public logs had it, and union-find collapses as it did
// there. `go test -v -run PublicLogs` prints both side by side.
func TestWalksOverThePublicLogsShapesStaySmallWhereUnionFindCollapses(t *testing.T) {
	t.Parallel()
	part := 1
	if raced || testing.Short() {
		part = 10
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-26s %8s   %-22s %-24s %s\n", "log", "objects", "walk p50/p99/max", "covered, shared", "union-find: largest component")
	for _, shape := range logs.Shapes(part) {
		var union logs.Components
		graph := newGraph(t, shape.Business)
		log := logs.Stream(shape.Business, func(e *lineage.Event) { union.Add(e); graph.Add(e) })
		graph.Recompute()
		walk, largest := logs.SizesOf(graph, log.Flow), float64(union.Largest())/float64(union.Len())
		fmt.Fprintf(&table, "%-26s %8d   %-22s %-24s %.1f %%\n", shape.Name, union.Len(), sizes(walk), shares(walk), 100*largest)
		fmt.Fprintf(&table, "%-26s %8d   %-22s %-24s %.1f %%\n", "  the public one", shape.Objects, sizes(shape.Walk), shares(shape.Walk), 100*shape.Component)
		if score := log.Truth.Score(graph); !score.Perfect() {
			t.Errorf("%s: %s", shape.Name, score)
		}
		if walk.P99 >= 50 || !within(walk.Median, shape.Walk.Median, 2) || !within(walk.P99, shape.Walk.P99, 2) || !within(walk.Max, shape.Walk.Max, 4) {
			t.Errorf("%s: the walk is %s; want about %s", shape.Name, sizes(walk), sizes(shape.Walk))
		}
		if largest < shape.Component/2 || union.Largest() < 5*walk.Max {
			t.Errorf("%s: the largest component has %d of %d objects; want it to collapse", shape.Name, union.Largest(), union.Len())
		}
		if !within(union.Len(), shape.Objects, 2) {
			t.Errorf("%s: %d objects; want about %d", shape.Name, union.Len(), shape.Objects)
		}
	}
	t.Logf("one part in %d of each\n%s", part, &table)
}

func newGraph(t testing.TB, business logs.Business) *lineage.Graph {
	t.Helper()
	return lineage.NewGraph(logs.CatalogueOf(business), logs.Tenant)
}

func within(got, want, factor int) bool { return got <= want*factor && got*factor >= want }

func sizes(s logs.Sizes) string { return fmt.Sprintf("%d / %d / %d", s.Median, s.P99, s.Max) }

func shares(s logs.Sizes) string { return fmt.Sprintf("%.1f %%, %.1f %%", 100*s.Covered, 100*s.Shared) }
