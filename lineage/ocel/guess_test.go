package ocel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
)

func TestAStrangersLogIsGuessedAsAPersonWouldReadIt(t *testing.T) {
	t.Parallel()
	known := lineage.Definition{Types: map[string]lineage.Type{"item": {Class: lineage.Business, System: "erp"}}}
	for seed := range uint64(10) {
		g, err := ocel.NewGuess(oceltest.NewOrders(seed, 60).Log, known, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, typ := range g.Types {
			got = append(got, fmt.Sprintf("%s %s %d %t", typ.Word, typ.Class, typ.Rank, typ.Known))
		}
		want := "customer context 0 true, employee context 0 false, item business 1 true, package business 2 false, " +
			"product context 0 true, sales_order business 0 false, voucher business 0 false"
		if s := strings.Join(got, ", "); s != want || g.Anchor != "sales_order" {
			t.Errorf("seed %d: anchored on %s: %s", seed, g.Anchor, s)
		}
		got = nil
		for _, step := range g.Steps {
			got = append(got, fmt.Sprintf("%s: %s %t", step.Name, step.Subject, step.Stage))
		}
		if got[0] != "place order: sales_order true" || got[len(got)-1] != "package delivered: package true" {
			t.Errorf("seed %d: %s", seed, strings.Join(got, ", "))
		}
	}
}

func TestAPaymentRunIsALeaf(t *testing.T) {
	t.Parallel()
	l := &ocel.Log{
		ObjectTypes: []ocel.Type{{Name: "Invoice"}, {Name: "PaymentRun"}},
		EventTypes:  []ocel.Type{{Name: "post"}, {Name: "pay"}},
	}
	for run := range 3 {
		id := fmt.Sprintf("run-%d", run)
		l.Objects = append(l.Objects, ocel.Object{ID: id, Type: "PaymentRun"})
		at := today.AddDate(0, run, 0)
		paid := ocel.Event{ID: "pay " + id, Type: "pay", Time: at, Relationships: []ocel.Relationship{{ObjectID: id}}}
		for i := range 60 {
			invoice := fmt.Sprintf("%s/%d", id, i)
			l.Objects = append(l.Objects, ocel.Object{ID: invoice, Type: "Invoice"})
			in := []ocel.Relationship{{ObjectID: invoice}}
			l.Events = append(l.Events, ocel.Event{ID: "post " + invoice, Type: "post", Time: at.Add(-time.Hour), Relationships: in})
			paid.Relationships = append(paid.Relationships, in...)
		}
		l.Events = append(l.Events, paid)
	}
	g, err := ocel.NewGuess(l, lineage.Definition{}, "")
	if err != nil {
		t.Fatal(err)
	}
	stub := string(g.Stub("runs", "payables"))
	for _, want := range []string{"anchor: invoice\n", "leaf: [payment_run]\n", "Guessed leaf: each meets 60 of Invoice"} {
		if !strings.Contains(stub, want) {
			t.Errorf("the stub does not say %q:\n%s", want, stub)
		}
	}
}

func TestAPersonNamesTheAnchor(t *testing.T) {
	t.Parallel()
	l := oceltest.NewOrders(1, 60).Log
	for _, name := range []string{"Item", "item"} {
		g, err := ocel.NewGuess(l, lineage.Definition{}, name)
		if err != nil {
			t.Fatal(err)
		}
		if r := g.Ranks(); g.Anchor != "item" || r["item"] != 0 || r["sales_order"] != -1 || r["package"] != 1 {
			t.Errorf("anchored on %s with %v", g.Anchor, r)
		}
	}
	if _, err := ocel.NewGuess(l, lineage.Definition{}, "employee"); err == nil || !strings.Contains(err.Error(), "want one of") {
		t.Errorf("an anchor that is context: %v", err)
	}
	if _, err := ocel.NewGuess(&ocel.Log{}, lineage.Definition{}, ""); err == nil || !strings.Contains(err.Error(), "there is nothing to guess from") {
		t.Errorf("an empty log: %v", err)
	}
}

func TestNamesOfTypesAreWordsAndDistinct(t *testing.T) {
	t.Parallel()
	var types []ocel.Type
	for _, name := range []string{"Sales Order", "SalesOrder", "sales-order", "SAPOrder", "trace", "!!", "事务", "Q4 plan/draft"} {
		types = append(types, ocel.Type{Name: name})
	}
	got := ocel.NewNames(types)
	for name, want := range map[string]string{
		"Sales Order": "sales_order", "SalesOrder": "sales_order_2", "sales-order": "sales_order_3",
		"SAPOrder": "saporder", "trace": "trace_2", "!!": "object", "事务": "事务", "Q4 plan/draft": "q4_plan_draft",
	} {
		if got[name] != want {
			t.Errorf("%q is called %q; want %q", name, got[name], want)
		}
	}
	for text, want := range map[string]string{"Order Management (2).jsonocel": "order-management-2-jsonocel", "事务": "log"} {
		if got := ocel.LogName(text); got != want {
			t.Errorf("the log %q is called %q; want %q", text, got, want)
		}
	}
}
