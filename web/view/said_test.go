package view_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// A character that turns the direction of writing turns no word of ours: what
// strangers write stands in an element that keeps it to itself.
func TestWhatStrangersWriteTurnsNoWordOfOurs(t *testing.T) {
	t.Parallel()
	const turns = "\u202e\u2069x"
	for name, c := range gallery(turns) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := html.Parse(strings.NewReader(render(t, c)))
			if err != nil {
				t.Fatal(err)
			}
			for n := range doc.Descendants() {
				if n.Type != html.TextNode || !strings.Contains(n.Data, "\u202e") {
					continue
				}
				if !keepsToItself(n) {
					t.Errorf("%q stands among our words in <%s>", n.Data, n.Parent.Data)
				}
				if n.Parent.Data == "bdi" && strings.Contains(n.Data, "\u2069") {
					t.Errorf("%q ends its own isolation", n.Data)
				}
			}
		})
	}
}

// keepsToItself tells whether a text is isolated, or alone in an element of its own.
func keepsToItself(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		switch p.Data {
		case "bdi", "pre", "option", "title", "text":
			return true
		}
	}
	return false
}

func TestASentenceIsolatesWhatOthersSaid(t *testing.T) {
	t.Parallel()
	i := incident("")
	i.Owner, i.Impact.Reason = "", "\u202e7Z <b>"
	page := render(t, view.IncidentPage(view.NewIncident(&i, lore(""), utc()), "", ""))
	if want := "stopped at <bdi>invoiced</bdi>: “<bdi>\u202e7Z &lt;b&gt;</bdi>”. 1,250.00"; !strings.Contains(page, want) {
		t.Errorf("there is no %s in %s", want, page)
	}
}

func TestLongIDsAreCutInTheirMiddleAndCopiedWhole(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("a", 100) + strings.Repeat("z", 100)
	short := strings.Repeat("a", 39) + "…" + strings.Repeat("z", 40)
	looked := object("order", "erp", id)
	e := booked(func(e *lineage.Execution) { e.Anchor, e.Members[1].Object = looked, looked })
	page := render(t, view.LineagePage(view.NewLineage(looked, lineage.Answer{Executions: []*lineage.Execution{e}}, view.Lore{}, utc())))
	whole, copied := 0, 0
	for n := range nodes(t, page) {
		if n.Data == "bdi" && attr(n, "title") == id {
			whole++
		}
		if attr(n, "data-copy") == id {
			copied++
		}
	}
	if whole < 3 || copied != 2 || !strings.Contains(page, "<bdi title=\""+id+"\">"+short+"</bdi>") || strings.Contains(page, ">"+id+"<") {
		t.Errorf("%d titles and %d copies have the whole", whole, copied)
	}
}

func TestListsCutReasonsAndTheEventHasTheWhole(t *testing.T) {
	t.Parallel()
	reason := strings.Repeat("ä", 300)
	short := strings.Repeat("ä", 239) + "…"
	e := booked(func(e *lineage.Execution) {
		rejected(e)
		e.Events[2].Reason, e.Stages[2].Reason = reason, reason
	})
	page := render(t, view.LineagePage(view.NewLineage(e.Anchor, lineage.Answer{Executions: []*lineage.Execution{e}}, view.Lore{}, utc())))
	if n := strings.Count(page, reason); n != 1 {
		t.Errorf("the whole stands %d times, want once", n)
	}
	if n := strings.Count(page, "<bdi>"+short+"</bdi>"); n != 3 { // of the sentence, the bar and the row
		t.Errorf("its beginning stands %d times, want 3", n)
	}
	i := incident("")
	i.Impact.Reason = reason
	if list := render(t, view.IncidentsPage(view.Incidents{Rows: view.NewIncidents([]slo.Incident{i}, lore(""), utc())})); strings.Contains(list, reason) || !strings.Contains(list, short) {
		t.Error("the list of incidents does not cut it")
	}
}
