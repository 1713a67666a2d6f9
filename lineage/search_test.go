package lineage

import (
	"strings"
	"testing"
	"time"
)

func searchGraph(t *testing.T) *Graph {
	t.Helper()
	cat, err := ParseCatalogue([]File{{Name: "types.yaml", Data: []byte(testCatalogue)}, {Name: "flow.yaml", Data: []byte(`
kind: flow
name: f
anchor: order
ranks: {opportunity: -2, quote: -1, order: 0, invoice: 2}
stages:
  - {name: ordered, type: order}
  - {name: invoiced, type: invoice, complete: all}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	g := NewGraph(cat, "default")
	for i, text := range []string{
		`"subject":"order/0000004711","correlationid":"c-1","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","data":{"objects":{"customer":["C-1"]}}`,
		`"subject":"invoice/90","data":{"objects":{"order":["4711"]}}`,
		`"subject":"invoice/91","data":{"objects":{"order":["4711"]},"outcome":"retrying","attempt":2,"reason":"TAX"}`,
		`"subject":"quote/90"`,
		`"correlationid":"c-2"`,
	} {
		ce, err := ParseCloudEvent([]byte(`{"specversion":"1.0","id":"e` + string(rune('0'+i)) + `","source":"s","type":"t","time":"2026-03-02T09:0` + string(rune('0'+i)) + `:00Z",` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		e, err := cat.FromCloudEvent("default", &ce, time.Unix(1e9, 0))
		if err != nil {
			t.Fatal(err)
		}
		g.Add(&e)
	}
	g.Recompute()
	return g
}

func TestAnyIDFindsItsTransaction(t *testing.T) {
	t.Parallel()
	g := searchGraph(t)
	for typed, want := range map[string]string{
		"4711":                             "order/erp:4711 in f order/erp:4711",
		" 0000004711 ":                     "order/erp:4711 in f order/erp:4711",
		"90":                               "invoice/erp:90 in f order/erp:4711; quote/90 in f quote/90",
		"C-1":                              "customer/crm:C-1 in f order/erp:4711",
		"c-1":                              "correlation/c-1 in f order/erp:4711; customer/crm:C-1 in f order/erp:4711",
		"c-2":                              "correlation/c-2 in transaction correlation/c-2",
		"4BF92F3577B34DA6A3CE929D0E0E4736": "trace/4bf92f3577b34da6a3ce929d0e0e4736 in f order/erp:4711",
		"nothing":                          "",
	} {
		var got []string
		for _, m := range g.Search(typed) {
			line := m.Object.String() + " in "
			for _, ref := range m.Executions {
				if ref.Flow != TransactionFlow || len(m.Executions) == 1 {
					line += ref.Flow + " " + ref.Anchor.String()
				}
			}
			got = append(got, line)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%q finds %q; want %q", typed, strings.Join(got, "; "), want)
		}
	}
}

func TestALookUpAnswersFromTheCatalogueFirst(t *testing.T) {
	t.Parallel()
	g := searchGraph(t)
	for name, c := range map[string]struct {
		q                      ObjectQuery
		executions, unanchored int
	}{
		"an invoice":                 {ObjectQuery{Type: "invoice", ID: "90"}, 1, 0},
		"a type that has not the id": {ObjectQuery{Type: "payment", ID: "90"}, 0, 0},
		"another system's id":        {ObjectQuery{Type: "order", ID: "4711", System: "crm"}, 0, 0},
		"a quote without an order":   {ObjectQuery{Type: "quote", ID: "90"}, 0, 1},
		"a flow that is asked for":   {ObjectQuery{Type: "order", ID: "4711", Flow: "transaction"}, 1, 0},
		"a correlation id":           {ObjectQuery{Type: "correlation", ID: "c-1"}, 2, 0},
		"a correlation id alone":     {ObjectQuery{Type: "correlation", ID: "c-2"}, 1, 0},
	} {
		a := g.Lookup(c.q)
		if len(a.Executions) != c.executions || len(a.Unanchored) != c.unanchored {
			t.Errorf("%s: %d executions and %d unanchored; want %d and %d", name, len(a.Executions), len(a.Unanchored), c.executions, c.unanchored)
		}
	}
}

func TestAStageThatIsRetriedIsNotFailedYet(t *testing.T) {
	t.Parallel()
	x := searchGraph(t).Lookup(ObjectQuery{Type: "order", ID: "4711"}).Executions[0]
	if x.State != StateRetrying || x.Stage != "invoiced" || !x.EndedAt.IsZero() {
		t.Errorf("state %s at %s, ended %v", x.State, x.Stage, x.EndedAt)
	}
	if s := x.Stages[1]; s.State != StateRetrying || s.Attempts != 2 || s.Reason != "TAX" {
		t.Errorf("stage %+v", s)
	}
	if s := x.Stages[0]; s.State != StateDone || s.Attempts != 1 {
		t.Errorf("stage %+v", s)
	}
}

func TestAQuestionBetweenTwoRecomputationsIsAnswered(t *testing.T) {
	t.Parallel()
	g := searchGraph(t)
	ce, err := ParseCloudEvent([]byte(`{"specversion":"1.0","id":"new","source":"s","type":"t","subject":"order/4711","correlationid":"c-new","data":{"objects":{"customer":["C-1"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := g.cat.FromCloudEvent("default", &ce, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	g.Add(&e)
	for _, typed := range []string{"C-1", "c-new", "4711"} {
		if len(g.Search(typed)) == 0 {
			t.Errorf("%q finds nothing", typed)
		}
	}
	g.Lookup(ObjectQuery{Type: "customer", ID: "C-1"})
	g.Lookup(ObjectQuery{Type: "correlation", ID: "c-new"})
}
