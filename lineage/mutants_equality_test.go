package lineage

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// equated is an event that calls two orders the same.
func equated(source, id string, second int64, priority int, a, b Object) Event {
	e := naming{Event: Event{Tenant: "default", Source: source, ID: id, Time: time.Unix(second, 0).UTC(), Hash: 1}}
	e.addEquality(Equality{A: a, B: b, Priority: priority})
	return e.Event
}

func TestOfTwoEqualitiesThatConflictTheOneOfTheFirstOrderIsTaken(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {order: 0}\n")
	erp := Object{Type: "order", System: "erp", ID: "1"}
	a, b := Object{Type: "order", System: "crm", ID: "A"}, Object{Type: "order", System: "crm", ID: "B"}
	for name, c := range map[string]struct {
		wins, loses Event
	}{
		"a smaller priority, though it is stated later": {equated("t", "e2", 9, 1, b, erp), equated("s", "e1", 1, 2, a, erp)},
		"of one priority what occurred earlier":         {equated("t", "e2", 1, 1, b, erp), equated("s", "e1", 9, 1, a, erp)},
		"of one time the smaller source":                {equated("s", "e2", 1, 1, b, erp), equated("t", "e1", 1, 1, a, erp)},
		"of one source the smaller id":                  {equated("s", "e1", 1, 1, b, erp), equated("s", "e2", 1, 1, a, erp)},
	} {
		for seed := range uint64(20) {
			found := arrive(cat, []Event{c.loses, c.wins}, rand.New(rand.NewPCG(seed, 3)), seed > 0)
			if diff := cmp.Diff([][]string{{"order/crm:A", "order/erp:1"}}, found.Possible); diff != "" {
				t.Errorf("%s, seed %d: what was refused (-want +got):\n%s", name, seed, diff)
				break
			}
		}
	}
}

func TestOneObjectHasOneIDInEachSystemAndScope(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, "kind: types\ntypes:\n  invoice: {class: business, scope: supplier}\n---\nkind: flow\nname: f\nanchor: invoice\nranks: {invoice: 0}\n")
	invoice := func(system, scope, id string) Object {
		return Object{Type: "invoice", System: system, Scope: scope, ID: id}
	}
	for name, c := range map[string]struct {
		other Object // what is called the same as crm's 7 beside erp's 7 of supplier a
		one   bool
	}{
		"another id of the same system and scope": {invoice("erp", "a", "8"), false},
		"an id of another scope":                  {invoice("erp", "b", "8"), true},
		"the same number in another scope":        {invoice("erp", "b", "7"), true},
		"an id of another system":                 {invoice("wms", "a", "8"), true},
	} {
		crm := invoice("crm", "", "7")
		g := NewGraph(cat, "default")
		for _, e := range []Event{equated("s", "e1", 1, 0, crm, invoice("erp", "a", "7")), equated("s", "e2", 2, 0, crm, c.other)} {
			g.Add(&e)
		}
		g.Recompute()
		anchored, _ := g.Executions("f")
		if one := len(anchored) == 1; one != c.one || (len(g.PossibleSame()) == 0) != c.one {
			t.Errorf("%s: the objects are %v, possibly the same %v; one object: want %v", name, anchored, g.PossibleSame(), c.one)
		}
		if anchored[0].Anchor != crm {
			t.Errorf("%s: the object is called %s; want its smallest id, %s", name, anchored[0].Anchor, crm)
		}
	}
}
