package view_test

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/web/view"
)

func TestTheGraphHasAColumnForEachRankAndALaneForEachSystem(t *testing.T) {
	t.Parallel()
	g := view.NewGraph(order(""), lineage.Object{})
	if len(g.Columns) != 6 || len(g.Lanes) != 3 || len(g.Nodes) != 6 || len(g.Links) != 5 {
		t.Fatalf("%d columns, %d lanes, %d nodes, %d links", len(g.Columns), len(g.Lanes), len(g.Nodes), len(g.Links))
	}
	if g.Lanes[0].System != "crm" || g.Lanes[1].System != "erp" || g.Lanes[2].System != "bank" {
		t.Errorf("the lanes are %v; they come in the order in which the transaction reaches them", g.Lanes)
	}
	for i := 1; i < len(g.Columns); i++ {
		if g.Columns[i].X <= g.Columns[i-1].X {
			t.Errorf("column %d does not stand right of column %d", i, i-1)
		}
	}
}

func TestAGraphOfNothingIsEmpty(t *testing.T) {
	t.Parallel()
	if g := view.NewGraph(&lineage.Execution{}, lineage.Object{}); len(g.Nodes) != 0 {
		t.Errorf("%d nodes", len(g.Nodes))
	}
}

func TestACrowdedCrossingIsCounted(t *testing.T) {
	t.Parallel()
	e := &lineage.Execution{Anchor: object("order", "erp", "SO-1"), Members: []lineage.Member{{Object: object("order", "erp", "SO-1")}}}
	for i := range 40 {
		item := object("item", "erp", strconv.Itoa(i))
		e.Members = append(e.Members, lineage.Member{Object: item, Rank: 1})
		e.Edges = append(e.Edges, lineage.Edge{From: item, To: e.Anchor, Qualifier: "contains"})
	}
	g := view.NewGraph(e, lineage.Object{})
	if len(g.Nodes) != 7 || g.Nodes[6].More != 35 {
		t.Errorf("%d nodes, the last stands for %d", len(g.Nodes), g.Nodes[len(g.Nodes)-1].More)
	}
	if len(g.Links) != 6 {
		t.Errorf("%d links; those to what is counted are one", len(g.Links))
	}
}

func TestNodesNeverOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := &lineage.Execution{}
		for i := range rapid.IntRange(1, 60).Draw(t, "members") {
			e.Members = append(e.Members, lineage.Member{
				Object: object("t", rapid.SampledFrom([]string{"", "crm", "erp", "bank"}).Draw(t, "system"), strconv.Itoa(i)),
				Rank:   rapid.IntRange(-3, 4).Draw(t, "rank"),
			})
		}
		for range rapid.IntRange(0, 80).Draw(t, "edges") {
			e.Edges = append(e.Edges, lineage.Edge{
				From: rapid.SampledFrom(e.Members).Draw(t, "from").Object, To: rapid.SampledFrom(e.Members).Draw(t, "to").Object,
			})
		}
		g := view.NewGraph(e, lineage.Object{})
		taken := map[[2]int]bool{}
		for _, n := range g.Nodes {
			if taken[[2]int{n.X, n.Y}] {
				t.Fatalf("two nodes at %d,%d", n.X, n.Y)
			}
			taken[[2]int{n.X, n.Y}] = true
			if n.X < 0 || n.Y < 0 || n.X >= g.Width || n.Y >= g.Height {
				t.Fatalf("a node at %d,%d of %d×%d", n.X, n.Y, g.Width, g.Height)
			}
		}
	})
}
