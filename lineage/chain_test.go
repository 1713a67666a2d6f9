package lineage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func chainGraph(t *testing.T) *Graph {
	t.Helper()
	cat, err := NewCatalogue(Definition{Flows: []Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "invoice": 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	return NewGraph(cat, "default")
}

func chained(g *Graph, id, cause string, about ...string) {
	e := Event{Tenant: "default", Source: "s", ID: id, Causation: cause, Time: time.Unix(int64(g.Len()), 0), Hash: uint64(g.Len())}
	for _, o := range about {
		e.Refs = append(e.Refs, Ref{Object: Object{Type: o[:len(o)-2], ID: o[len(o)-1:]}, Role: Subject})
	}
	g.Add(&e)
	g.Recompute()
}

func inOrder1(g *Graph) (ids []string) {
	x := g.Execution(ExecutionRef{"f", Object{Type: "order", ID: "1"}})
	if x == nil {
		return nil
	}
	return eventIDs(x)
}

func TestWhatAnOrderSetsOffBelongsToItHoweverLongTheChain(t *testing.T) {
	t.Parallel()
	g := chainGraph(t)
	chained(g, "d", "c", "invoice/7")
	chained(g, "c", "b")
	chained(g, "a", "", "order/1")
	if diff := cmp.Diff([]string{"a"}, inOrder1(g)); diff != "" {
		t.Fatalf("before the chain is whole: %s", diff)
	}
	chained(g, "b", "a")
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, inOrder1(g)); diff != "" {
		t.Fatal(diff)
	}
	chained(g, "e", "b", "order/2") // what set off two orders tells nothing of either
	if diff := cmp.Diff([]string{"a"}, inOrder1(g)); diff != "" {
		t.Fatalf("a chain that names two orders: %s", diff)
	}
}

func TestATraceThatASpanLinksToIsOneTransactionWithItsOwn(t *testing.T) {
	t.Parallel()
	g := chainGraph(t)
	span := func(n byte, links string, attrs ...Attr) {
		s := Span{Tenant: "default", Service: "s", Name: "work", TraceID: TraceID{n}, SpanID: SpanID{n}, Links: links, Business: attrs, Start: time.Unix(int64(n), 0), Hash: uint64(n)}
		if e, ok := g.cat.FromSpan(&s); ok {
			g.Add(&e)
		}
		g.Recompute()
	}
	span(1, "", Attr{"order.id", "1"})
	span(2, fmt.Sprintf(`[{"trace":"%s","span":"0102030405060708"}]`, TraceID{1}))
	span(3, fmt.Sprintf(`[{"trace":"%s"},{"trace":"nonsense"}]`, TraceID{2}), Attr{"invoice.id", "7"})
	x := g.Execution(ExecutionRef{"f", Object{Type: "order", ID: "1"}})
	if x == nil || len(x.Members) != 2 || len(x.Events) != 3 {
		t.Fatalf("the order's transaction is %+v; want its invoice and all three spans", x)
	}
	for _, c := range x.Claims {
		if c.State != Claimed && c.Claim[:6] == "links:" {
			t.Errorf("%s is %s", c.Claim, c.State)
		}
	}
}
