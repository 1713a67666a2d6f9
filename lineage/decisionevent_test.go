package lineage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestADecisionComesBackFromItsEvent(t *testing.T) {
	t.Parallel()
	cat, err := ParseCatalogue(nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zäß 0-9"\\/:|{}<>&-]{1,12}`)
		object := func(typ string) Object {
			return Object{Type: typ, System: word.Draw(t, "system"), Scope: word.Draw(t, "scope"), ID: word.Draw(t, "id")}
		}
		want := Decision{
			Tenant: "default", ID: word.Draw(t, "decision"), By: "x" + word.Draw(t, "by"), Comment: word.Draw(t, "comment"),
			At:   time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
			Kind: rapid.SampledFrom([]DecisionKind{DecideRelease, DecideBlock, DecideMerge, DecideApart, DecideReject, DecideRevoke}).Draw(t, "kind"),
		}
		switch want.Kind {
		case DecideRelease, DecideBlock:
			want.A = object("order")
		case DecideMerge, DecideApart:
			want.A, want.B = object("order"), object("order")
		case DecideReject:
			want.Source, want.EventID = word.Draw(t, "source"), word.Draw(t, "event")
		case DecideRevoke:
			want.Revokes = "-" + word.Draw(t, "revokes")
		}
		if want.Check() != nil {
			return // both ids are the same
		}
		raw, err := want.CloudEvent()
		if err != nil {
			t.Fatal(err)
		}
		ce, err := ParseCloudEvent(raw)
		if err != nil {
			t.Fatal(err)
		}
		e, err := FromDecision("default", &ce, want.At.Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Decision()
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-decided +read):\n%s", err, diff)
		}
		found := map[string]bool{}
		for _, row := range cat.Identifiers(&e) {
			found[row.Object.ID] = row.Kind == DecisionEvent && row.EventID == want.ID
		}
		for _, id := range []string{want.A.ID, want.B.ID, want.EventID, want.Revokes} {
			if id != "" && !found[id] {
				t.Fatalf("it is not found by %q, but by %v", id, found)
			}
		}
		if !e.Subject().IsZero() || ce.Refuse() == nil || !want.At.Equal(e.Time) || !want.At.Equal(e.Recorded) {
			t.Fatalf("it is evidence about %v at %s, recorded %s, and a stranger may send it: %v", e.Subject(), e.Time, e.Recorded, ce.Refuse())
		}
	})
}

func TestWhatIsNoDecisionIsNotReadAsOne(t *testing.T) {
	t.Parallel()
	d := aDecision(DecideMerge)
	raw, err := d.CloudEvent()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(map[string]any){
		"another id":            func(e map[string]any) { e["id"] = "x" },
		"another kind":          func(e map[string]any) { e["type"] = decisionType + "block" },
		"a stranger's source":   func(e map[string]any) { e["source"] = "/shop" },
		"nobody":                func(e map[string]any) { e["data"].(map[string]any)["by"] = "" },
		"no data":               func(e map[string]any) { delete(e, "data") },
		"a list":                func(e map[string]any) { e["data"] = []int{} },
		"a kind that is not":    func(e map[string]any) { e["data"].(map[string]any)["kind"] = "forget" },
		"a number for a person": func(e map[string]any) { e["data"].(map[string]any)["by"] = 7 },
	} {
		var e map[string]any
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		spoil(e)
		spoiled, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		ce, err := ParseCloudEvent(spoiled)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromDecision("default", &ce, time.Now()); KindOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	plain := Event{Source: DecisionSource, ID: "d-1", Payload: string(raw)}
	if _, err := plain.Decision(); KindOf(err) != Invalid {
		t.Errorf("a business event is read as a decision: %v", err)
	}
}

func TestWhoDecidesSaysWhoTheyAreAndWhy(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 1001)
	for _, c := range []struct{ by, comment, want string }{
		{" ", "why", "by is empty"},
		{"Ada", "\t\n", "comment is empty"},
		{long[:202], "why", "by is longer than 100 characters"},
		{"Ada", long, "comment is longer than 1000 characters"},
		{"A\nda", "why", "by holds a control character"},
		{"A\u202eda", "why", "by holds a control character"},
		{"Ada", "w\x07hy", "comment holds a control character"},
		{"Ada", "w\xffhy", "valid UTF-8"},
	} {
		var d Decision
		if err := d.Sign(c.by, c.comment); KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) || d.By != "" {
			t.Errorf("%q, %q: %v, and %q decides; want %q", c.by, c.comment, err, d.By, c.want)
		}
	}
	var d Decision
	if err := d.Sign(" Zoë O’Neil ", "one\ntwo "); err != nil || d.By != "Zoë O’Neil" || d.Comment != "one\ntwo" {
		t.Errorf("%v: %+v", err, d)
	}
}
