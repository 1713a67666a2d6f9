package view_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"throughline/lineage"
	"throughline/web/view"
)

// decided is a ledger with an entry of every kind, the last ones undone.
func decided(evil string) []lineage.Decided {
	a, b := object("order", "erp"+evil, "SO-1"+evil), object("order", "crm", "006"+evil)
	entry := func(d lineage.Decision, undone string) lineage.Decided {
		d.ID, d.By, d.Comment, d.At = string(d.Kind)+evil, "Ada"+evil, "because "+evil, noon
		return lineage.Decided{Decision: d, Stands: undone == "", Undone: undone}
	}
	pending := entry(lineage.Decision{Kind: lineage.DecideBlock, A: a}, "")
	pending.Pending = true
	return []lineage.Decided{
		pending,
		entry(lineage.Decision{Kind: lineage.DecideRevoke, Revokes: "merge" + evil}, ""),
		entry(lineage.Decision{Kind: lineage.DecideReject, Source: "erp" + evil, EventID: "e-1" + evil}, ""),
		entry(lineage.Decision{Kind: lineage.DecideApart, A: a, B: b}, ""),
		entry(lineage.Decision{Kind: lineage.DecideMerge, A: a, B: b}, "revoke"+evil),
		entry(lineage.Decision{Kind: lineage.DecideRelease, A: a}, "block"+evil),
		entry(lineage.Decision{Kind: "forget"}, "none"),
	}
}

// desk is every component with which people put lineage right.
func desk(evil string) map[string]templ.Component {
	c, l, ledger := utc(), lore(evil), decided(evil)
	looked, alias := object("order", "erp", "SO-1"+evil), object("order", "crm", "006"+evil)
	back := lineage.HeldBack{Finding: lineage.Finding{Object: looked, Guard: lineage.Guard{Type: "order", To: "customer" + evil, Max: 2}, Related: 1234}, Since: noon.Add(-time.Hour)}
	blocked := lineage.HeldBack{Finding: lineage.Finding{Object: alias, Blocked: true}, Decision: ledger[0].Decision}
	edges := []lineage.Edge{{From: looked, To: alias, Qualifier: "bills" + evil, Evidence: make([]lineage.Evidence, 9)}}
	edges[0].Evidence[0] = lineage.Evidence{Source: "erp" + evil, ID: "e-9" + evil}
	held := view.NewHeld(looked, &back, l, c)
	held.Evidence, held.Decided = view.NewWithheld(edges), view.NewDecisions(ledger[:3], ledger, "/back", l, c)
	held.Turns = view.NewTurns([]lineage.AuditEntry{
		{At: noon, Held: true, Cause: lineage.AuditGuard, Related: 3, Guard: back.Guard},
		{At: noon, Cause: lineage.AuditDecision, By: "Ada" + evil},
		{At: noon, Cause: lineage.AuditMerge},
		{At: noon, Cause: lineage.AuditCatalogue},
		{At: noon, Cause: lineage.AuditEvidence},
	}, c)
	free := view.NewHeld(alias, nil, l, c)
	free.NoTurns = true
	ids := []lineage.Object{looked, alias}
	k := view.NewCase(ids, lineage.Case{Held: &back, Possible: [][2]lineage.Object{{looked, object("order", "wms", "9"+evil)}}, Decided: ledger[3:]}, ledger, alias.ID, l, c)
	lineagePage := view.NewLineage(looked, lineage.Answer{Executions: []*lineage.Execution{order(evil)}}, l, c)
	lineagePage.Case = k
	unknown := view.NewLineage(looked, lineage.Answer{}, l, c)
	unknown.Case = k
	unknown.Case.Held.Evidence = view.NewWithheld(edges)
	all := map[string]templ.Component{
		"decisions":                  view.DecisionsPage(view.Decisions{Rows: view.NewDecisions(ledger, ledger, "/decisions", l, c), Zone: "UTC", Next: "/decisions?cursor=1"}),
		"no decisions":               view.DecisionsPage(view.Decisions{}),
		"what is held back":          view.HeldBackPage(view.HeldBack{Rows: view.NewHeldBack([]lineage.HeldBack{back, blocked}, l, c), Zone: "UTC"}),
		"nothing is held back":       view.HeldBackPage(view.HeldBack{Guarded: true}),
		"no guards":                  view.HeldBackPage(view.HeldBack{}),
		"one that is held back":      view.HeldPage(held),
		"one that is not held back":  view.HeldPage(free),
		"what is decided of one":     view.LineagePage(lineagePage),
		"an unknown one held back":   view.LineagePage(unknown),
		"what has not come":          view.AbsencesPage(view.Absences{Rows: view.NewAbsences([]lineage.Absent{{Object: looked, Since: noon, By: lineage.Cited{Evidence: lineage.Evidence{Source: "erp" + evil, ID: "e" + evil}, Type: "t" + evil}, In: make([]lineage.ExecutionRef, 5)}, {Object: alias}}, l, c), Types: []string{"order" + evil}, Flows: []string{"f" + evil}, Filter: view.AbsenceFilter{Type: "order" + evil}, Total: 2}),
		"everything has come":        view.AbsencesPage(view.Absences{}),
		"nothing of a type has come": view.AbsencesPage(view.Absences{Filter: view.AbsenceFilter{Flow: evil}}),
		"what one is merged with":    view.DecidePage(view.NewAsk(lineage.Decision{Kind: lineage.DecideMerge, A: looked}, l)),
		"what one is kept from":      view.DecidePage(view.NewAsk(lineage.Decision{Kind: lineage.DecideApart, A: looked}, l)),
	}
	s := order(evil).Summarise()
	for i := range ledger {
		f := lineage.Forecast{Decision: ledger[i].Decision, Total: i, Changes: []lineage.Preview{{Ref: lineage.ExecutionRef{Flow: "f" + evil, Anchor: looked}, Before: &s}, {Ref: lineage.ExecutionRef{Flow: "f", Anchor: alias}, After: &s}}[:min(i, 2)]}
		x := view.NewDecide(f, ledger, l)
		x.Owner, x.Back = "Ada"+evil, "/"+evil
		all["a look at "+string(ledger[i].Kind)] = view.DecidePage(x)
	}
	return all
}

func TestADecisionIsToldInPlainWords(t *testing.T) {
	t.Parallel()
	ledger := decided("")
	rows := view.NewDecisions(ledger, ledger, "/decisions", view.Lore{}, utc())
	for i, want := range []struct{ what, state, revoke string }{
		{"held order SO-1 (erp) back for good", "on its way", ""},
		{"revoked what Ada decided: Ada made order SO-1 (erp) and order 006 (crm) one object", "in force", "/decide?back=%2Fdecisions&kind=revoke&revokes=revoke"},
		{"rejected event e-1 from erp", "in force", "/decide?back=%2Fdecisions&kind=revoke&revokes=reject"},
		{"set order SO-1 (erp) and order 006 (crm) apart", "in force", "/decide?back=%2Fdecisions&kind=revoke&revokes=separate"},
		{"made order SO-1 (erp) and order 006 (crm) one object", "revoked", ""},
		{"released order SO-1 (erp)", "replaced", ""},
	} {
		if r := rows[i]; view.Plain(r.What) != want.what || r.State.Word != want.state || r.Revoke != want.revoke {
			t.Errorf("%d: %q %q %q; want %+v", i, view.Plain(r.What), r.State.Word, r.Revoke, want)
		}
	}
}

func TestAPageSaysWhyAnotherIDHasLedToIt(t *testing.T) {
	t.Parallel()
	looked, alias := object("order", "erp", "SO-1"), object("order", "crm", "006")
	ledger := decided("")
	merged := lineage.Decided{Decision: lineage.Decision{Kind: lineage.DecideMerge, A: looked, B: alias, By: "Ada", Comment: "They are one."}, Stands: true}
	for name, c := range map[string]struct {
		was     string
		decided []lineage.Decided
		want    string
	}{
		"merged by a person":      {"006", []lineage.Decided{merged}, "Order 006 (crm) is another id of order SO-1 (erp): Ada decided so. “They are one.”"},
		"merged no more":          {"006", ledger[4:5], "Order 006 (crm) is another id of order SO-1 (erp): the evidence says so."},
		"an id that is not its":   {"007", []lineage.Decided{merged}, ""},
		"by the id that it is":    {"SO-1", nil, ""},
		"from nowhere":            {"", nil, ""},
		"a sentence for a reader": {"Your account is closed, call 0900-1", nil, ""},
	} {
		k := view.NewCase([]lineage.Object{looked, alias}, lineage.Case{Decided: c.decided}, ledger, c.was, view.Lore{}, utc())
		if got := view.Plain(k.Merged); got != c.want || (k.Was == "") != (c.want == "") {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestAnAddressOfADecisionIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	got := view.DecideURL(lineage.Decision{Kind: lineage.DecideMerge, A: object("order", "erp", "a&b=c/d"), B: object("order", "", "ü ?#")}, "/lineage/order/x?flow=f")
	for _, part := range []string{"/decide?", "id=a%26b%3Dc%2Fd", "system=erp", "with_id=%C3%BC+%3F%23", "kind=merge", "back=%2Flineage%2Forder%2Fx%3Fflow%3Df"} {
		if !strings.Contains(got, part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
	if got := view.HeldURL(object("delivery", "erp", "a/b")); got != "/guards/delivery/a%2Fb?system=erp" {
		t.Errorf("held: %s", got)
	}
}
