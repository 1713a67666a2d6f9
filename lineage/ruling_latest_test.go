package lineage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two ids of one object may have been decided about before anybody knew that they are
// one, or after.
func TestOfDecisionsOnTheIDsOfOneObjectTheLatestHolds(t *testing.T) {
	t.Parallel()
	a, b, c := Object{Type: "invoice", System: "a", ID: "1"}, Object{Type: "invoice", System: "b", ID: "2"}, Object{Type: "invoice", System: "c", ID: "3"}
	one := func(guard ...Object) *Event {
		n := naming{Event: *stated("x", "", 1)}
		n.addRef(a, Subject)
		n.addEquality(Equality{A: a, B: b})
		n.addEquality(Equality{A: b, B: c})
		for _, o := range guard {
			n.addRef(o, Mentions)
		}
		return &n.Event
	}
	ruled := func(second int64, kind DecisionKind, o Object) Decision {
		return Decision{ID: fmt.Sprint("d", second), Kind: kind, A: o, By: "Ada", At: time.Unix(second, 0)}
	}
	cat := flowOf(t, "kind: flow\nname: f\nanchor: order\nranks: {order: 0, invoice: 2}\n---\nkind: guards\nguards: [{type: invoice, to: order, max: 1}]\n")
	for name, d := range map[string]struct {
		event     *Event
		decisions []Decision
		held      bool
		blocked   bool
	}{
		"released and then blocked":                 {one(), []Decision{ruled(1, DecideRelease, a), ruled(2, DecideBlock, b)}, true, true},
		"released and then blocked by its name":     {one(), []Decision{ruled(1, DecideRelease, b), ruled(2, DecideBlock, a)}, true, true},
		"blocked and then released":                 {one(), []Decision{ruled(1, DecideBlock, a), ruled(2, DecideRelease, b)}, false, false},
		"blocked and then released by its name":     {one(), []Decision{ruled(1, DecideBlock, b), ruled(2, DecideRelease, a)}, false, false},
		"blocked, released, blocked":                {one(), []Decision{ruled(1, DecideBlock, b), ruled(2, DecideRelease, a), ruled(3, DecideBlock, c)}, true, true},
		"released, blocked, released":               {one(), []Decision{ruled(1, DecideRelease, c), ruled(2, DecideBlock, a), ruled(3, DecideRelease, b)}, false, false},
		"the later one was revoked":                 {one(), []Decision{ruled(1, DecideBlock, a), ruled(2, DecideRelease, b), {ID: "r", Kind: DecideRevoke, Revokes: "d2", By: "Ada", At: time.Unix(3, 0)}}, true, true},
		"blocked and then released, under a guard":  {one(Object{Type: "order", ID: "1"}, Object{Type: "order", ID: "2"}), []Decision{ruled(1, DecideBlock, a), ruled(2, DecideRelease, b)}, false, false},
		"released and then blocked, under a guard":  {one(Object{Type: "order", ID: "1"}, Object{Type: "order", ID: "2"}), []Decision{ruled(1, DecideRelease, a), ruled(2, DecideBlock, b)}, true, true},
		"the release was revoked, and a guard does": {one(Object{Type: "order", ID: "1"}, Object{Type: "order", ID: "2"}), []Decision{ruled(1, DecideRelease, b), {ID: "r", Kind: DecideRevoke, Revokes: "d1", By: "Ada", At: time.Unix(3, 0)}}, true, false},
	} {
		orderings(1+len(d.decisions), func(order []int) {
			g := NewGraph(cat, "default")
			for _, at := range order {
				if at == 0 {
					g.Add(d.event)
				} else {
					g.Decide(d.decisions[at-1])
				}
				g.Recompute()
			}
			held := g.Findings()
			if (len(held) == 1) != d.held || d.held && (held[0].Object != a || held[0].Blocked != d.blocked) {
				t.Errorf("%s, in the order %v: %+v is held back; want %v, by decision %v", name, order, held, d.held, d.blocked)
			}
		})
	}
}

// An id is a decision's own; where two come under one, everybody goes by the same one.
func TestOfTwoDecisionsUnderOneIDTheGreaterHoldsWhicheverCameFirst(t *testing.T) {
	t.Parallel()
	order := func(id string) Object { return Object{Type: "order", ID: id} }
	at := func(id string, second int64, kind DecisionKind, o Object) Decision {
		return Decision{ID: id, Kind: kind, A: o, By: "Ada", At: time.Unix(second, 0)}
	}
	merge := func(comment string) Decision {
		return Decision{ID: "x", Kind: DecideMerge, A: order("1"), B: order("2"), By: "Ada", At: time.Unix(1, 0), Comment: comment}
	}
	for name, decisions := range map[string][]Decision{
		"one of them after what undoes the other": {at("x", 1, DecideBlock, order("1")), at("y", 2, DecideRelease, order("1")), at("x", 3, DecideBlock, order("1"))},
		"about two objects":                       {at("x", 1, DecideBlock, order("1")), at("x", 1, DecideBlock, order("2"))},
		"of two kinds":                            {at("x", 1, DecideBlock, order("1")), at("x", 1, DecideReject, order("1"))},
		"in other words":                          {merge("They are one."), merge("It is the same.")},
		"one of them revoked before":              {at("x", 1, DecideBlock, order("1")), {ID: "y", Kind: DecideRevoke, Revokes: "x", By: "Ada", At: time.Unix(2, 0)}, at("x", 3, DecideBlock, order("1"))},
	} {
		for i := range decisions {
			if decisions[i].Kind == DecideReject {
				decisions[i].Source, decisions[i].EventID = "s", "e"
			}
		}
		var first map[string]any
		orderings(len(decisions), func(order []int) {
			for _, oneByOne := range []bool{false, true} {
				g := chainGraph(t)
				g.Add(stated("e", "", 1, "order/1"))
				g.Add(stated("f", "", 1, "order/2"))
				for _, at := range order {
					if g.Decide(decisions[at]); oneByOne {
						g.Recompute()
					}
				}
				g.Recompute()
				is := decided(g)
				all, standing := g.Decisions()
				is["ledger"], is["standing"] = all, standing
				if first == nil {
					first = is
				}
				if diff := cmp.Diff(first, is); diff != "" {
					t.Errorf("%s (-in the first order +in the order %v, one by one %v):\n%s", name, order, oneByOne, diff)
				}
			}
		})
	}
}
