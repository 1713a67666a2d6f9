package slo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/slo"
)

// orderNamed is an order of the executions of these tests.
func orderNamed(id string) lineage.Object { return lineage.Object{Type: "order", ID: id} }

// reports is an event about an order that reports a stage.
func reports(order, stage string, minute int, outcome lineage.Outcome) *lineage.Event {
	return &lineage.Event{
		ID: fmt.Sprint(stage, minute), Time: monday.Add(time.Duration(minute) * time.Minute), Stage: stage, Outcome: outcome,
		Refs: []lineage.Ref{{Object: orderNamed(order), Role: lineage.Subject}},
	}
}

// partsOf writes what a rule reads from an execution: "start@0 stop@5" by object.
func partsOf(rule *slo.Rule, x *lineage.Execution) map[string]string {
	all := map[string]string{}
	for _, p := range rule.Parts(x) {
		text := ""
		for _, f := range p.Facts {
			text += fmt.Sprintf("%s@%d ", f.Stage, int(f.At.Sub(monday).Minutes()))
		}
		all[p.Subject.ID] = text
	}
	return all
}

func TestWhereASubjectIsAnAnchorItsExecutionSpeaksOfItAlone(t *testing.T) {
	t.Parallel()
	rule := hourRule(t)
	members := func(change ...func(*lineage.Execution)) *lineage.Execution {
		x := &lineage.Execution{
			Flow: "f", Anchor: orderNamed("1"),
			Members: []lineage.Member{{Object: orderNamed("0")}, {Object: orderNamed("1")}, {Object: lineage.Object{Type: "invoice", ID: "7"}}},
			Events:  []*lineage.Event{reports("0", "start", 0, ""), reports("1", "start", 2, "")},
		}
		for _, f := range change {
			f(x)
		}
		return x
	}
	for name, c := range map[string]struct {
		x    *lineage.Execution
		want map[string]string
	}{
		"an order that it replaces has its own":   {members(), map[string]string{"1": "start@0 start@2 "}},
		"what no anchor reaches speaks of all":    {members(func(x *lineage.Execution) { x.Unanchored, x.Anchor = true, orderNamed("9") }), map[string]string{"0": "start@0 ", "1": "start@2 "}},
		"another anchor's speaks of all its own":  {members(func(x *lineage.Execution) { x.Anchor = lineage.Object{Type: "invoice", ID: "7"} }), map[string]string{"0": "start@0 ", "1": "start@2 "}},
		"a leaf is judged by nobody":              {members(func(x *lineage.Execution) { x.Members[1].Leaf = true }), map[string]string{}},
		"another flow's execution says nothing":   {members(func(x *lineage.Execution) { x.Flow = "g" }), map[string]string{}},
		"of what no condition was met is no part": {members(func(x *lineage.Execution) { x.Events = nil }), map[string]string{}},
	} {
		if diff := cmp.Diff(c.want, partsOf(rule, c.x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatDidNotGoWellMeetsNoCondition(t *testing.T) {
	t.Parallel()
	rule := hourRule(t)
	for outcome, want := range map[lineage.Outcome]string{
		"": "start@0 stop@5 ", lineage.OutcomeOK: "start@0 stop@5 ", lineage.OutcomeFailed: "start@0 ", lineage.OutcomeRetrying: "start@0 ",
	} {
		x := &lineage.Execution{
			Flow: "f", Anchor: orderNamed("1"), Members: []lineage.Member{{Object: orderNamed("1")}},
			Events: []*lineage.Event{reports("1", "start", 0, ""), reports("1", "stop", 5, outcome)},
		}
		if got := partsOf(rule, x)["1"]; got != want {
			t.Errorf("a stop with outcome %q: the facts are %q; want %q", outcome, got, want)
		}
	}
}

func TestALateSourceOfWhichAsManyWaitIsNoNews(t *testing.T) {
	t.Parallel()
	behind, _ := slo.NoteLate(nil, transition(slo.BreachKind, 1, provisional), 3)
	same, notice := slo.NoteLate(behind, transition(slo.BreachKind, 2, provisional), 3)
	if same != behind || notice != slo.NoNotice {
		t.Errorf("as many wait as before: told %q, version %d after %d", notice, same.Version, behind.Version)
	}
	more, notice := slo.NoteLate(behind, transition(slo.BreachKind, 2, provisional), 4)
	if more == behind || notice != slo.NoNotice || more.Waiting != 4 || more.Version <= behind.Version {
		t.Errorf("one more waits: told %q, %d wait, version %d after %d", notice, more.Waiting, more.Version, behind.Version)
	}
}
