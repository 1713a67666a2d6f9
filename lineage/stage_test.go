package lineage

import (
	"fmt"
	"testing"
	"time"
)

func TestAStageIsCompleteWhenEveryObjectOfItsTypeHasGoneThrough(t *testing.T) {
	t.Parallel()
	cat, err := NewCatalogue(Definition{Flows: []Flow{{
		Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0, "invoice": 1, "payment": 2},
		Stages: []StageRule{
			{Name: "invoiced", Type: "invoice", Complete: CompleteAll},
			{Name: "paid", Type: "invoice", By: "payment", Complete: CompleteAll},
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	g := NewGraph(cat, "default")
	n := 0
	say := func(subject string, outcome Outcome, objects ...string) (invoiced, paid, whole State) {
		n++
		e := Event{Tenant: "default", Source: "s", ID: fmt.Sprint(n), Time: time.Unix(int64(n), 0), Hash: uint64(n), Outcome: outcome}
		o, _ := cat.parseObject(subject)
		e.Refs = []Ref{{Object: o, Role: Subject}}
		for _, name := range objects {
			o, _ := cat.parseObject(name)
			e.Refs = append(e.Refs, Ref{Object: o, Role: Mentions})
		}
		g.Add(&e)
		g.Recompute()
		x := g.Execution(ExecutionRef{"f", Object{Type: "order", ID: "1"}})
		return x.Stages[0].State, x.Stages[1].State, x.State
	}
	for _, step := range []struct {
		subject                string
		outcome                Outcome
		objects                []string
		invoiced, paid, entire State
	}{
		{"order/1", "", []string{"invoice/A", "invoice/B"}, StatePending, StatePending, StateOpen},
		{"invoice/A", "", nil, StatePartial, StatePending, StateOpen},
		{"payment/7", OutcomeFailed, []string{"invoice/A"}, StatePartial, StateFailed, StateFailed},
		{"payment/8", "", []string{"invoice/A"}, StatePartial, StatePartial, StateOpen},
		{"invoice/B", "", nil, StateDone, StatePartial, StateOpen},
		{"payment/9", "", []string{"invoice/B", "invoice/A"}, StateDone, StateDone, StateCompleted},
	} {
		invoiced, paid, entire := say(step.subject, step.outcome, step.objects...)
		if invoiced != step.invoiced || paid != step.paid || entire != step.entire {
			t.Errorf("%s: invoiced %s, paid %s, in all %s; want %+v", step.subject, invoiced, paid, entire, step)
		}
	}
}
