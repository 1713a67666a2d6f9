package lineage

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawPapers draws a business in which all papers are related to all others.
func drawPapers(t *rapid.T) []string {
	object := func(what string) string {
		return rapid.SampledFrom([]string{"quote/Q", "order/A", "order/B", "delivery/D", "delivery/E", "invoice/I", "invoice/J", "payment/P", "payment/Q", "credit_note/C", "payment_run/R"}).Draw(t, what)
	}
	var lines []string
	for range rapid.IntRange(1, 14).Draw(t, "events") {
		line := fmt.Sprintf("%d %s", rapid.IntRange(1, 9).Draw(t, "time"), object("subject"))
		if rapid.Bool().Draw(t, "amount") {
			line += fmt.Sprintf(" =%d", rapid.IntRange(-1, 6).Draw(t, "minor"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "relations") {
			from, to := object("from")+">", object("to")
			if rapid.Bool().Draw(t, "its own") {
				from = ""
			}
			if strings.TrimSuffix(from, ">") == to || from == "" && strings.Contains(line, " "+to) {
				continue
			}
			line += " " + rapid.SampledFrom([]string{"bills", "pays", "cancels", "mentions", "replaces"}).Draw(t, "qualifier") + "=" + from + to
			if rapid.Bool().Draw(t, "tells") {
				line += fmt.Sprintf(":%d", rapid.IntRange(0, 4).Draw(t, "part"))
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "names") == 0 {
			line += " names=" + object("named")
		}
		if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
			line += " failed"
		}
		lines = append(lines, line)
	}
	return lines
}

// The graph tells of money what events say of it, read directly; and what it announces
// as changed, one event after the other, is what it would have told all at once.
func TestTheGraphTellsTheMoneyThatEventsTell(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	flow := &cat.Flows()[0]
	rapid.Check(t, func(t *rapid.T) {
		lines := drawPapers(t)
		events := says(t, cat, lines...)
		for i := range events {
			if rapid.IntRange(0, 4).Draw(t, "claimed") == 0 {
				events[i].Correlation = fmt.Sprint("c", rapid.IntRange(1, 2).Draw(t, "correlation"))
			}
		}
		whole, parts := NewGraph(cat, "default"), NewGraph(cat, "default")
		shown := map[ExecutionRef]*Execution{}
		for _, at := range rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 3)).Perm(len(events)) {
			parts.Add(&events[at])
			for _, ref := range parts.Recompute() {
				if shown[ref] = parts.Execution(ref); shown[ref] == nil {
					delete(shown, ref)
				}
			}
		}
		for i := range events {
			whole.Add(&events[i])
		}
		whole.Recompute()
		for _, x := range allOf(whole) {
			if diff := cmp.Diff(x, shown[ExecutionRef{x.Flow, x.Anchor}]); diff != "" {
				t.Fatalf("%s (-at once +as announced):\n%s\n%s", x.Anchor, diff, strings.Join(lines, "\n"))
			}
			if x.Flow != flow.Name {
				continue
			}
			plain := *whole.Execution(ExecutionRef{x.Flow, x.Anchor})
			account(&plain, flow, events)
			for i, m := range plain.Members {
				if m.Leaf || strings.Contains(fmt.Sprint(events), "c1") || strings.Contains(fmt.Sprint(events), "c2") {
					plain.Members[i].Elsewhere = x.Members[i].Elsewhere // the text says nothing of these
				}
			}
			if diff := cmp.Diff(plain, *x); diff != "" {
				t.Fatalf("%s (-directly +graph):\n%s\n%s", x.Anchor, diff, strings.Join(lines, "\n"))
			}
		}
	})
}
