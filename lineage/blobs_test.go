package lineage_test

import (
	"testing"

	"throughline/lineage"
	"throughline/lineage/logs"
)

func TestALargeMarketMakesNoBlobs(t *testing.T) {
	t.Parallel()
	market := logs.Market{
		Seed: 1, Orders: 100_000, Customers: 3, Employees: 20, Products: 500, Items: logs.Range{Least: 1, Most: 3},
		Packed: logs.Range{Least: 2, Most: 9}, Imported: 50_000, Slips: 1,
	}
	if raced || testing.Short() {
		market.Orders, market.Imported = 4_000, 2_000
	}
	const batch = 1000
	var union logs.Components
	graph, events := newGraph(t, market), 0
	log := logs.Stream(market, func(e *lineage.Event) {
		union.Add(e)
		graph.Add(e)
		if events++; events%batch == 0 {
			graph.Recompute()
		}
	})
	graph.Recompute()
	walk := logs.SizesOf(graph, log.Flow)
	t.Logf("%d events, %d orders: walk p50/p99/max %s, %s of objects are shared; union-find has %d of %d objects in one component",
		events, market.Orders, sizes(walk), shares(walk), union.Largest(), union.Len())
	if walk.P99 >= 50 {
		t.Errorf("the 99th percentile of executions has %d objects; want fewer than 50", walk.P99)
	}
	if union.Largest() < union.Len()*9/10 {
		t.Errorf("shared ids join only %d of %d objects; the log is too easy", union.Largest(), union.Len())
	}
	if score := log.Truth.Score(graph); !score.Perfect() { // of which nothing is truncated, too
		t.Error(score)
	}
}
