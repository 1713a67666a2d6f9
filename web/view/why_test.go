package view_test

import (
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/web/view"
)

// wanted is an order that one event relates to its invoice, and a payment of it that
// none does.
func wanted() *lineage.Execution {
	so, invoice, payment := object("order", "erp", "SO-1"), object("invoice", "erp", "INV-1"), object("payment", "bank", "P-1")
	return &lineage.Execution{
		Flow: "quote-to-cash", Anchor: so,
		Members: []lineage.Member{{Object: so}, {Object: invoice, Rank: 2}, {Object: payment, Rank: 3}},
		Edges: []lineage.Edge{
			{From: invoice, To: so, Qualifier: "bills", Evidence: []lineage.Evidence{{Source: "/billing", ID: "e-1"}}},
			{From: payment, To: invoice, Qualifier: "pays", Evidence: []lineage.Evidence{{Source: "bank", ID: "far away"}}},
		},
		Events: []*lineage.Event{{Source: "/billing", ID: "e-1", Type: "posted", Time: noon, Refs: []lineage.Ref{{Object: invoice, Role: lineage.Subject}, {Object: so, Role: "bills"}}}},
	}
}

func TestEveryObjectSaysWhyItIsHere(t *testing.T) {
	t.Parallel()
	x := view.NewExecution(wanted(), object("payment", "", "P-1"), "x1", view.Lore{Catalogue: catalogue()}, utc())
	billed := "Invoice INV-1 bills order SO-1: event e-1 (posted) from finance at 12:00:00 UTC."
	for place, want := range []string{"Order SO-1 is the anchor of this transaction.", billed, "Payment P-1 pays invoice INV-1: event far away from bank. " + billed} {
		if got := x.Ranks[place].Objects[0].Why.Text(); got != want {
			t.Errorf("%s; want %s", got, want)
		}
		if got := x.Graph.Nodes[place].Object.Why.Text(); place < 2 && got == "" {
			t.Error("a node of the drawing does not say why it is here")
		}
	}
	if x.Looked.ID != "P-1" || len(x.Looked.Why) != 2 {
		t.Errorf("the one that the reader asked for says %v", x.Looked.Why)
	}
	why := x.Looked.Why
	if why[0].Row != "" || !strings.HasPrefix(why[1].Row, "e-") {
		t.Errorf("%v: only an event that is on the page has a row to show", why)
	}
	page := render(t, view.LineagePage(view.NewLineage(object("payment", "", "P-1"), lineage.Answer{Executions: []*lineage.Execution{wanted()}}, view.Lore{Catalogue: catalogue()}, utc())))
	if row := `id="x1-` + why[1].Row + `"`; !strings.Contains(page, row) || !strings.Contains(page, `href="#x1-`+why[1].Row+`"`) {
		t.Errorf("there is no %s that the way leads to", row)
	}
}

func TestTheAnchorAloneNeedsNoReasonAbove(t *testing.T) {
	t.Parallel()
	if x := view.NewExecution(wanted(), object("order", "", "SO-1"), "x1", view.Lore{}, utc()); x.Looked.ID != "" {
		t.Errorf("%+v", x.Looked)
	}
}
