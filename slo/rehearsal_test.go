package slo

import (
	"fmt"
	"testing"
	"time"

	"throughline/lineage"
)

func TestClocksThatTwoRehearsalsBringToOtherEndsAreTold(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	order := func(id string) lineage.Object { return lineage.Object{Type: "order", ID: id} }
	execution := func(id string, stages map[string]time.Duration) *lineage.Execution {
		x := &lineage.Execution{Flow: "f", Anchor: order(id), Members: []lineage.Member{{Object: order(id)}}}
		for name, after := range stages {
			x.Stages = append(x.Stages, lineage.Stage{Name: name, Type: "order", DoneAt: start.Add(after), Progress: []lineage.Progress{{Object: order(id), DoneAt: start.Add(after)}}})
		}
		return x
	}
	judged := func(target time.Duration, all ...*lineage.Execution) []Clock {
		r, err := NewRehearsal([]lineage.SLA{{Name: "invoiced", Flow: "f", Subject: "order", Start: "ordered", Stop: "invoiced", Target: lineage.Duration(target)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			r.Take(x)
		}
		return r.Clocks(start.Add(time.Hour))
	}
	same := execution("same", map[string]time.Duration{"ordered": 0, "invoiced": time.Second})
	late := execution("late", map[string]time.Duration{"ordered": 0})
	kept := execution("late", map[string]time.Duration{"ordered": 0, "invoiced": time.Second})
	fresh := execution("new", map[string]time.Duration{"ordered": 0})
	got := ""
	for _, c := range CompareClocks(judged(time.Minute, same, late), judged(time.Minute, same, kept, fresh)) {
		was, is := "none", "none"
		if c.Was != nil {
			was = fmt.Sprint(c.Was.State, " ", c.Was.Verdict)
		}
		if c.Is != nil {
			is = fmt.Sprint(c.Is.State, " ", c.Is.Verdict)
		}
		got += fmt.Sprintln(c.Key.Subject.ID, was, "→", is)
	}
	if want := "late running breached → ended met\nnew none → running breached\n"; got != want {
		t.Errorf("told are\n%swant\n%s", got, want)
	}
	if same := CompareClocks(judged(time.Minute, same, late), judged(time.Minute, same, late)); len(same) > 0 {
		t.Errorf("of the same clocks %+v is told", same)
	}
}
