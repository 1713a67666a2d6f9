package lineage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sequenceFlow has a stage of each kind: of its own objects, and told by another's.
func sequenceFlow() Flow {
	return Flow{
		Name: "f", Anchor: "order", Ranks: map[string]int{"quote": -1, "order": 0, "delivery": 1, "invoice": 2, "payment": 3},
		Stages: []StageRule{
			{Name: "ordered", Type: "order"},
			{Name: "delivered", Type: "delivery"},
			{Name: "invoiced", Type: "invoice"},
			{Name: "paid", Type: "invoice", By: "payment"},
		},
	}
}

// told makes an execution of reports like "3 delivered D1 failed", one a line: the
// second, the stage ("-" for none), the subject ("-" for none), and what else is told.
func told(t interface{ Fatalf(string, ...any) }, lines ...string) *Execution {
	x := &Execution{Members: []Member{{Object: Object{Type: "order", ID: "O1"}, Aliases: []Object{{Type: "order", ID: "alias"}}}}}
	for _, s := range sequenceFlow().Stages {
		x.Stages = append(x.Stages, Stage{Name: s.Name, Type: s.Type, By: s.By})
	}
	types := map[byte]string{'Q': "quote", 'O': "order", 'a': "order", 'D': "delivery", 'I': "invoice", 'P': "payment"}
	for i, line := range lines {
		words := strings.Fields(line)
		e := &Event{Source: "s", ID: fmt.Sprint(i), Time: second(words[0])}
		if words[1] != "-" {
			e.Stage = words[1]
		}
		role := Subject
		for _, word := range words[2:] {
			switch {
			case word == "failed" || word == "retrying":
				e.Outcome = Outcome(word)
			case strings.HasPrefix(word, "try="):
				e.Attempt = int(word[4] - '0')
			case word == "span":
				e.Kind = SpanEvent
			case strings.HasPrefix(word, "taken="):
				e.Ingested = second(word[6:])
			case word != "-":
				if types[word[0]] == "" {
					t.Fatalf("%q is no object", word)
				}
				o := Object{Type: types[word[0]], ID: word}
				e.Refs = append(e.Refs, Ref{Object: o, Role: role})
				if word[0] != 'a' {
					x.Members = append(x.Members, Member{Object: o})
				}
			}
			role = Mentions
		}
		x.Events = append(x.Events, e)
	}
	return x
}

func second(text string) time.Time {
	var n int64
	fmt.Sscan(text, &n) //nolint:errcheck // a word that is none is 0
	return time.Unix(n, 0).UTC()
}

// short writes steps as "delivered↺@3..5×2": a rework step that was first told of at
// second 3, went well at 5, and took two attempts.
func short(steps []Step) string {
	var out []string
	for _, s := range steps {
		text := s.Stage
		if s.Rework {
			text += "↺"
		}
		text += fmt.Sprintf("@%d..", s.First.Unix())
		if !s.DoneAt.IsZero() {
			text += fmt.Sprint(s.DoneAt.Unix())
		}
		out = append(out, fmt.Sprintf("%s×%d", text, s.Attempts))
	}
	return strings.Join(out, " ")
}

func TestASequenceIsTheStagesInTheOrderInWhichTheyHappened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []string
		want   string
	}{
		"nothing happened":                              {nil, ""},
		"stages follow the events, not the flow":        {[]string{"1 ordered O1", "2 invoiced I1", "3 delivered D1"}, "ordered@1..1×1 invoiced@2..2×1 delivered@3..3×1"},
		"events come in any order":                      {[]string{"3 delivered D1", "1 ordered O1"}, "ordered@1..1×1 delivered@3..3×1"},
		"one moment follows the flow":                   {[]string{"1 invoiced I1", "1 ordered O1", "1 delivered D1"}, "ordered@1..1×1 delivered@1..1×1 invoiced@1..1×1"},
		"a clock that is fast makes no future":          {[]string{"9 ordered O1 taken=1", "2 delivered D1"}, "ordered@1..1×1 delivered@2..2×1"},
		"an event that names no stage reports its type": {[]string{"1 - O1", "2 - D1"}, "ordered@1..1×1 delivered@2..2×1"},
		"unless it is a span":                           {[]string{"1 - O1 span", "2 delivered D1 span"}, "delivered@2..2×1"},
		"an event without a subject names the stage":    {[]string{"1 ordered -", "2 - -"}, "ordered@1..1×1"},
		"a stage of another flow is none":               {[]string{"1 shipped D1", "2 ordered O1"}, "ordered@2..2×1"},
		"a stage that others tell of":                   {[]string{"1 - I1", "2 - P1 I1"}, "invoiced@1..1×1 paid@2..2×1"},
		"in a row they are one step":                    {[]string{"1 delivered D1", "2 delivered D2", "3 delivered D1"}, "delivered@1..1×1"},
		"retries are attempts":                          {[]string{"1 ordered O1 retrying", "2 ordered O1 retrying", "3 ordered O1"}, "ordered@1..3×3"},
		"the highest attempt told holds":                {[]string{"1 ordered O1 retrying try=1", "2 ordered O1 try=5"}, "ordered@1..2×5"},
		"a retry goes on after another stage":           {[]string{"1 ordered O1 retrying", "2 delivered D1", "3 ordered O1"}, "ordered@1..3×2 delivered@2..2×1"},
		"what never went well has no end":               {[]string{"1 ordered O1 failed"}, "ordered@1..×1"},
		"the same object again is rework":               {[]string{"1 delivered D1", "2 invoiced I1", "3 delivered D1"}, "delivered@1..1×1 invoiced@2..2×1 delivered↺@3..3×1"},
		"by an alias, too":                              {[]string{"1 ordered O1", "2 delivered D1", "3 ordered alias"}, "ordered@1..1×1 delivered@2..2×1 ordered↺@3..3×1"},
		"another object is a step and no rework":        {[]string{"1 delivered D1", "2 invoiced I1", "3 delivered D2"}, "delivered@1..1×1 invoiced@2..2×1 delivered@3..3×1"},
		"one of two objects is rework":                  {[]string{"1 delivered D1", "2 invoiced I1", "3 delivered D2", "4 delivered D1"}, "delivered@1..1×1 invoiced@2..2×1 delivered↺@3..3×1"},
		"what had failed and is done anew is rework":    {[]string{"1 invoiced D1 failed", "2 paid P9 I9", "3 invoiced I1"}, "invoiced@1..×1 paid@2..2×1 invoiced↺@3..3×1"},
		"a failure that is put right in a row is not":   {[]string{"1 invoiced D1 failed", "2 invoiced I1"}, "invoiced@1..2×2"},
		"good news of the middleware is an echo":        {[]string{"1 ordered O1", "2 delivered D1", "3 ordered Q1 O1"}, "ordered@1..1×1 delivered@2..2×1"},
		"but the first word of a stage counts":          {[]string{"1 ordered Q1 retrying", "2 ordered Q1", "3 ordered O1"}, "ordered@1..2×2"},
		"and so does bad news":                          {[]string{"1 ordered O1", "2 delivered D1", "3 ordered Q1 failed"}, "ordered@1..1×1 delivered@2..2×1 ordered@3..×1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := short(told(t, c.events...).Sequence()); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestASequenceIsCut(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range MaxSteps {
		lines = append(lines, fmt.Sprintf("%d delivered D1", 2*i), fmt.Sprintf("%d invoiced I1", 2*i+1))
	}
	steps := told(t, lines...).Sequence()
	if len(steps) != MaxSteps || steps[0].Rework || !steps[MaxSteps-1].Rework || steps[MaxSteps-1].First.Unix() != MaxSteps-1 {
		t.Errorf("%d steps, the last %+v", len(steps), steps[len(steps)-1])
	}
}

func TestSequencesHoldWhateverHappens(t *testing.T) {
	t.Parallel()
	line := rapid.Custom(func(t *rapid.T) string {
		pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
		return pick("stage", "-", "ordered", "delivered", "invoiced", "paid", "else") + " " +
			pick("subject", "-", "O1", "alias", "D1", "D2", "I1", "I2", "P1", "Q1") + " " +
			pick("named", "-", "I1", "I2") + " " + pick("outcome", "-", "failed", "retrying")
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(line, 0, 12).Draw(t, "lines")
		for i := range lines {
			lines[i] = fmt.Sprint(i+1, " ", lines[i])
		}
		x := told(t, lines...)
		steps := x.Sequence()
		seen := map[string]bool{}
		for i, s := range steps {
			switch {
			case i > 0 && steps[i-1].Stage == s.Stage:
				t.Fatalf("%s stands twice in a row", s.Stage)
			case i > 0 && !steps[i-1].First.Before(s.First):
				t.Fatalf("step %d begins before the one before it", i)
			case s.Rework && !seen[s.Stage]:
				t.Fatalf("the first %s is rework", s.Stage)
			case !s.DoneAt.IsZero() && s.DoneAt.Before(s.First), s.Attempts < 1:
				t.Fatalf("%+v", s)
			}
			seen[s.Stage] = true
		}
		again := told(t, rapid.Permutation(lines).Draw(t, "order")...)
		if got := short(again.Sequence()); got != short(steps) {
			t.Fatalf("in another order: %s, not %s", got, short(steps))
		}
	})
}

// The rule of what reports a stage stands twice: here, and where stages are judged.
func TestASequenceBeginsItsStagesWhereTheGraphDoes(t *testing.T) {
	t.Parallel()
	cat, err := NewCatalogue(Definition{Flows: []Flow{sequenceFlow()}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		g, n := NewGraph(cat, "default"), rapid.IntRange(0, 10).Draw(t, "n")
		for i := range n {
			e := &Event{Tenant: "default", Source: "s", ID: fmt.Sprint(i), Time: time.Unix(int64(i), 0).UTC(), Correlation: "c", Hash: uint64(i)}
			e.Stage = rapid.SampledFrom([]string{"", "ordered", "delivered", "invoiced", "paid", "else"}).Draw(t, "stage")
			e.Kind = rapid.SampledFrom([]EventKind{BusinessEvent, SpanEvent}).Draw(t, "kind")
			e.Outcome = rapid.SampledFrom([]Outcome{"", OutcomeFailed, OutcomeRetrying}).Draw(t, "outcome")
			for _, role := range rapid.SliceOfN(rapid.SampledFrom([]Role{Subject, Mentions}), 0, 2).Draw(t, "roles") {
				o, _ := cat.parseObject(rapid.SampledFrom([]string{"order/1", "delivery/1", "invoice/1", "payment/1", "quote/1"}).Draw(t, "object"))
				if role == Subject && !e.Subject().IsZero() {
					role = Mentions
				}
				e.Refs = append(e.Refs, Ref{Object: o, Role: role})
			}
			g.Add(e)
		}
		g.Recompute()
		anchored, loose := g.Executions("f")
		for _, ref := range slices.Concat(anchored, loose) {
			x := g.Execution(ref)
			steps := x.Sequence()
			for _, s := range x.Stages {
				i := slices.IndexFunc(steps, func(p Step) bool { return p.Stage == s.Name })
				switch {
				case (i < 0) != (s.State == StatePending):
					t.Fatalf("%s is %s, and the sequence %s", s.Name, s.State, short(steps))
				case i >= 0 && !steps[i].First.Equal(s.First):
					t.Fatalf("%s begins at %s, and in the sequence %s", s.Name, s.First, short(steps))
				}
			}
		}
	})
}
