package lineage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
)

// stated is an event of source s, written down at a second, about the first object and
// naming the others.
func stated(id, cause string, recorded int64, objects ...string) *Event {
	e := &Event{Tenant: "default", Source: "s", ID: id, Causation: cause, Time: time.Unix(5, 0).UTC(), Recorded: time.Unix(recorded, 0).UTC()}
	role := Subject
	for _, text := range objects {
		typ, no, _ := strings.Cut(text, "/")
		e.Refs = append(e.Refs, Ref{Object: Object{Type: typ, ID: no}, Role: role})
		role = Mentions
	}
	e.Hash = xxhash.Sum64String(fmt.Sprint(id, " ", cause, " ", recorded, objects))
	return e
}

// of is an event as evidence of another kind.
func of(kind EventKind, e *Event) *Event {
	e.Kind = kind
	e.Hash += uint64(kind)
	return e
}

// tells is every execution of a flow of orders and invoices.
func tells(t *testing.T, events ...*Event) []*Execution {
	t.Helper()
	g := chainGraph(t)
	for _, e := range events {
		g.Add(e)
	}
	g.Recompute()
	return allOf(g)
}

func TestACauseIsTheSameWhicheverOfTwoContentsComesFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []*Event
		want   string // what is in the transaction of order 1
	}{
		"a correction that names itself as its cause": {
			[]*Event{stated("root", "", 1, "order/1"), stated("x", "root", 1, "invoice/7"), stated("x", "x", 2, "invoice/7"), stated("z", "root", 1)}, "root z",
		},
		"a correction that names itself, of what others name": {
			[]*Event{stated("x", "", 1, "order/1"), stated("x", "x", 2, "order/1"), stated("y", "x", 1, "invoice/7")}, "x y",
		},
		"a correction that names itself no more": {
			[]*Event{stated("root", "", 1, "order/1"), stated("x", "x", 1, "invoice/7"), stated("x", "root", 2, "invoice/7")}, "root x",
		},
		"two that are each other's cause": {
			[]*Event{stated("x", "y", 1, "order/1"), stated("y", "x", 1, "invoice/7"), stated("x", "", 2, "order/1")}, "x y",
		},
		"a span under an event's id is no cause": {
			[]*Event{of(SpanEvent, stated("r", "", 2, "order/1")), stated("r", "", 1, "order/1"), stated("e", "r", 1, "invoice/7")}, "r",
		},
		"an event corrects the span under its id": {
			[]*Event{of(SpanEvent, stated("r", "", 0, "order/1")), stated("r", "", 1, "order/1"), stated("e", "r", 1, "invoice/7")}, "e r",
		},
		"an event corrects the log record under its id": {
			[]*Event{of(LogEvent, stated("r", "", 0, "order/1")), stated("r", "", 1, "order/1"), stated("e", "r", 1, "invoice/7")}, "e r",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var first []*Execution
			orderings(len(c.events), func(order []int) {
				g := chainGraph(t)
				for _, at := range order {
					g.Add(c.events[at])
				}
				g.Recompute()
				if got := strings.Join(inOrder1(g), " "); got != c.want {
					t.Errorf("in the order %v: order 1 has %q; want %q", order, got, c.want)
				}
				is := allOf(g)
				if first == nil {
					first = is
				}
				if diff := Unlike(first, is); diff != "" {
					t.Errorf("(-in the first order +in the order %v):\n%s", order, diff)
				}
			})
		})
	}
}

// The record of the correction takes the place of another one; how large either is
// decides where.
func TestACorrectionThatNamesItselfIsAllThatIsLeftWhateverItsSize(t *testing.T) {
	t.Parallel()
	for n := range 300 {
		first, correction := stated("x", "", 1, "invoice/7"), stated("x", "x", 2, "invoice/7")
		correction.Correlation = strings.Repeat("7", n)
		if diff := Unlike(tells(t, correction), tells(t, first, correction)); diff != "" {
			t.Errorf("correlation id of %d bytes (-never another +corrected):\n%s", n, diff)
		}
	}
	large := stated("x", "", 1, "invoice/7")
	for i := range 9000 {
		id := fmt.Sprint(i)
		large.Relations = append(large.Relations, Relation{From: Object{Type: "order", ID: id}, To: Object{Type: "invoice", ID: id}, Qualifier: "bills"})
	}
	correction := stated("x", "x", 2, "invoice/7")
	if diff := Unlike(tells(t, correction), tells(t, large, correction)); diff != "" {
		t.Errorf("of 9,000 relations (-never another +corrected):\n%s", diff)
	}
}

func TestACloudEventMayCorrectItselfAndNameItselfAsItsCause(t *testing.T) {
	t.Parallel()
	g := chainGraph(t)
	for _, more := range []string{"", `,"recordedtime":"2026-01-02T00:00:00Z","causationid":"x","correlationid":"` + strings.Repeat("7", 64) + `"`} {
		ce, err := ParseCloudEvent([]byte(`{"specversion":"1.0","id":"x","source":"/shop","type":"t","subject":"order/1","time":"2026-01-01T00:00:00Z"` + more + `}`))
		if err != nil {
			t.Fatal(err)
		}
		e, err := g.cat.FromCloudEvent("default", &ce, time.Unix(2e9, 0))
		if err != nil {
			t.Fatal(err)
		}
		g.Add(&e)
	}
	g.Recompute()
	x := g.Execution(ExecutionRef{"f", Object{Type: "order", ID: "1"}})
	if x == nil || len(x.Events) != 1 || x.Events[0].Causation != "x" || len(x.Events[0].Correlation) != 64 {
		t.Errorf("%+v; want the corrected event alone", x)
	}
}
