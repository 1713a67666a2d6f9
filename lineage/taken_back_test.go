package lineage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A chain of equalities of one event is taken back; its edge is freed twice.
func TestEqualitiesThatAreTakenBackMakeRoomOnce(t *testing.T) {
	order := func(system, id string) Object { return Object{Type: "order", System: system, ID: id} }
	equal := func(id string, recorded int64, pairs ...[2]Object) *Event {
		n := naming{Event: *stated(id, "", recorded)}
		for _, p := range pairs {
			n.addEquality(Equality{A: p[0], B: p[1]})
		}
		return &n.Event
	}
	first := equal("x", 1, [2]Object{order("a", "1"), order("b", "2")}, [2]Object{order("b", "2"), order("c", "3")})
	corrected := equal("x", 2)
	y, z := equal("y", 1, [2]Object{order("a", "5"), order("b", "5")}), equal("z", 1, [2]Object{order("a", "6"), order("b", "6")})
	w := stated("w", "", 1, "order/0")
	for _, id := range []string{"5", "6"} {
		w.Refs = append(w.Refs, Ref{Object: order("a", id), Role: Mentions}, Ref{Object: order("b", id), Role: Mentions})
	}
	if d := cmp.Diff(tells(t, w, y, z, corrected, first), tells(t, first, corrected, w, y, z)); d != "" {
		t.Error(d)
	}
}

// The amount of a leaf is taken back; the loose execution that shows it is not told.
func TestAnAmountOfALeafThatIsTakenBackIsAnnounced(t *testing.T) {
	cat := flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {order: 0, invoice: 2, payment_run: 4}\nleaf: [payment_run]\n")
	n := newNotes(cat)
	events := says(t, cat, "1 payment_run/R names=invoice/I", "2 payment_run/R =3")
	for i := range events {
		n.g.Add(&events[i])
	}
	n.settle()
	n.g.Decide(Decision{ID: "d", Kind: DecideReject, Source: "s", EventID: "e02", By: "Ada", At: second("9")})
	n.settle()
	if d := n.missed(); d != "" {
		t.Error(d)
	}
}

// The other order of a shared item gets another name; who shows it as Elsewhere is not told.
func TestWhoIsSharedWithAnObjectLearnsItsNewName(t *testing.T) {
	cat := flowOf(t, billing)
	n := newNotes(cat)
	events := says(t, cat, "1 invoice/I names=order/4 names=order/2")
	n.g.Add(&events[0])
	n.settle()
	n.g.Decide(Decision{ID: "d", Kind: DecideMerge, A: Object{Type: "order", ID: "2"}, B: Object{Type: "order", ID: "1"}, By: "Ada", At: second("9")})
	n.settle()
	if d := n.missed(); d != "" {
		t.Error(d)
	}
}
