package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// holding is a house that holds the batch back, by a guard.
func holding() *fake {
	f := deciding()
	back := lineage.HeldBack{Finding: lineage.Finding{Object: theBatch, Guard: lineage.Guard{Type: "delivery", To: "order", Max: 2}, Related: 3}, Since: noon.Add(-time.Hour)}
	f.heldBack = []lineage.HeldBack{back}
	f.withheld = []lineage.Edge{{From: theOrder, To: theBatch, Qualifier: "fulfils", Evidence: []lineage.Evidence{{Source: "wms", ID: "e-7"}}}}
	f.caseOf = func(ids []lineage.Object) lineage.Case {
		if ids[0].ID != theBatch.ID {
			return lineage.Case{}
		}
		return lineage.Case{Held: &back, Decided: f.ledger}
	}
	f.audit = func(o lineage.Object) ([]lineage.AuditEntry, error) {
		if o != theBatch {
			return nil, nil
		}
		return []lineage.AuditEntry{{Object: o, Turn: 1, Held: true, Cause: lineage.AuditGuard, Guard: back.Guard, Related: 3, At: noon.Add(-time.Hour)}}, nil
	}
	return f
}

func TestWhatIsHeldBackIsListedAndExplained(t *testing.T) {
	t.Parallel()
	f := holding()
	s := newServer(t, f)
	if rows := get(s, "/guards").texts(t, "held"); len(rows) != 1 || !strings.Contains(rows[0], "delivery BATCH/7 erp ≠ by a guard 3 orders of at most 2 2026-03-02 11:00:00 1 h ago Release … Never again …") {
		t.Errorf("the list says %q", rows)
	}
	page := get(s, "/guards/delivery/BATCH%2F7?system=erp")
	if why := page.texts(t, "held-why"); len(why) != 1 || !strings.Contains(why[0], "It is related to 3 orders, and a guard lets a delivery be related to 2 at most") {
		t.Errorf("it says %q", why)
	}
	if rows := page.texts(t, "withheld"); len(rows) != 1 || !strings.Contains(rows[0], "order SO-1 fulfils delivery BATCH/7 event e-7 from wms") {
		t.Errorf("withheld is %q", rows)
	}
	if rows := page.texts(t, "turn"); len(rows) != 1 || !strings.Contains(rows[0], "2026-03-02 11:00:00 UTC held back: it had come to be related to 3 orders") {
		t.Errorf("it became %q", rows)
	}
	for _, to := range []string{"kind=release", "kind=block"} {
		if !strings.Contains(page.body, to) {
			t.Errorf("it does not lead to %s", to)
		}
	}
	free := get(s, "/guards/order/SO-1")
	if why := free.texts(t, "held-why"); free.StatusCode != http.StatusOK || len(why) != 1 || !strings.Contains(why[0], "Order SO-1 is not held back") || strings.Contains(why[0], "Release") {
		t.Errorf("%d: what is not held back: %q", free.StatusCode, why)
	}
	f.audit = func(lineage.Object) ([]lineage.AuditEntry, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "read", "away")
	}
	if got := get(s, "/guards/delivery/BATCH%2F7"); got.StatusCode != http.StatusOK || len(got.texts(t, "no-turns")) != 1 {
		t.Error("the page does not stand without the store")
	}
}

func TestWhatIsHeldBackIsToldByTheAPI(t *testing.T) {
	t.Parallel()
	f := holding()
	s := newServer(t, f)
	const held = `{"type":"delivery","id":"BATCH/7","system":"erp","scope":"","by":"guard","guard":{"type":"delivery","to":"order","max":2},"related":3,"since":"2026-03-02T11:00:00Z","decision":""}`
	if got := get(s, "/api/v1/guards").body; got != `{"held":[`+held+`],"next":""}`+"\n" {
		t.Errorf("all: %s", got)
	}
	got := get(s, "/api/v1/guards/delivery/BATCH%2F7").body
	for _, part := range []string{
		`{"object":{"type":"delivery","id":"BATCH/7","system":"erp","scope":""},"held":` + held, `"withheld":[{"from":{"type":"order","id":"SO-1"}`,
		`"audit":[{"turn":1,"held":true,"cause":"guard","guard":{"type":"delivery","to":"order","max":2},"related":3,"decision":"","by":"","at":"2026-03-02T11:00:00Z"}]`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
	if got := get(s, "/api/v1/guards/order/SO-1").body; !strings.Contains(got, `"held":null,"withheld":[],"decisions":[],"audit":[]`) {
		t.Errorf("what is not held back: %s", got)
	}
}

func TestThePageOfAnObjectThatIsHeldBackSaysSo(t *testing.T) {
	t.Parallel()
	f := holding()
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	got := get(newServer(t, f), "/lineage/delivery/BATCH%2F7?system=erp")
	here := got.texts(t, "held-here")
	if got.StatusCode != http.StatusOK || len(here) != 1 || !strings.Contains(here[0], "no lineage is taken through it") || !strings.Contains(here[0], "event e-7 from wms") {
		t.Fatalf("%d: %q", got.StatusCode, here)
	}
	if len(got.texts(t, "unknown")) != 0 || !strings.Contains(got.body, `href="/guards/delivery/BATCH%2F7?system=erp" data-testid="held-link"`) {
		t.Error("it is called unknown, or leads nowhere")
	}
}

func TestAMergedIDLeadsToItsObjectAndSaysSo(t *testing.T) {
	t.Parallel()
	f := house()
	alias := object("order", "", "006A")
	f.canonical = map[lineage.Object]lineage.Object{alias: theOrder}
	merged := lineage.Decided{Decision: lineage.Decision{ID: "m", Kind: lineage.DecideMerge, A: theOrder, B: object("order", "crm", "006A"), By: "Ada", Comment: "twins", At: noon}, Stands: true}
	f.caseOf = func([]lineage.Object) lineage.Case {
		return lineage.Case{Decided: []lineage.Decided{merged}, Possible: [][2]lineage.Object{{theOrder, theTwin}}}
	}
	s := newServer(t, f)
	got := get(s, "/lineage/order/006A?flow=quote-to-cash")
	const to = "/lineage/order/SO-1?flow=quote-to-cash&system=erp&was=006A"
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != to {
		t.Fatalf("%d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	page := get(s, to)
	if was := page.texts(t, "was"); !slices.Equal(was, []string{"Order 006A (crm) is another id of order SO-1 (erp): Ada decided so. “twins”"}) {
		t.Errorf("it says %q", was)
	}
	if same := page.texts(t, "same"); len(same) != 1 || !strings.Contains(page.body, "kind=separate") {
		t.Errorf("its other ids are %q", same)
	}
	if possible := page.texts(t, "possible"); len(possible) != 1 || !strings.Contains(possible[0], "SO-2") {
		t.Errorf("it may be %q", possible)
	}
	if n := len(page.texts(t, "reject")); n != 2 || !strings.Contains(page.body, "event_id=e-1&amp;kind=reject&amp;source=erp") {
		t.Errorf("%d of its events can be called wrong", n)
	}
	f.canonical = nil
	if got := get(s, "/lineage/order/006A"); got.StatusCode != http.StatusOK {
		t.Errorf("after it was undone: %d", got.StatusCode)
	}
}

func TestWhatHasNotComeIsListedByItsAge(t *testing.T) {
	t.Parallel()
	f := house()
	f.search = func(string) ([]lineage.Match, error) { return nil, nil }
	var asked lineage.AbsentQuery
	f.absent = func(q lineage.AbsentQuery) (lineage.AbsentPage, error) {
		if asked = q; q.Flow == "none" {
			return lineage.AbsentPage{}, lineage.Errorf(lineage.Invalid, "list", "flow is %q; want one of quote-to-cash", q.Flow)
		}
		return lineage.AbsentPage{Total: 2, More: 1234, Next: "n", Absent: []lineage.Absent{
			{Object: object("quote", "crm", "Q-1"), Since: noon.Add(-2 * time.Hour), By: lineage.Cited{Evidence: lineage.Evidence{Source: "/billing", ID: "e-1"}, Type: "order.created"}, In: []lineage.ExecutionRef{theRef}, More: 7},
			{Object: theInvoice},
		}}, nil
	}
	s := newServer(t, f)
	page := get(s, "/placeholders?type=quote&flow=quote-to-cash&limit=2")
	if rows := page.texts(t, "absence"); len(rows) != 2 || !strings.Contains(rows[0], "quote Q-1 crm 2 h 2026-03-02 10:00:00 order.created event e-1 from finance order SO-1 quote-to-cash and 7 more") || !strings.Contains(rows[1], "not known") {
		t.Errorf("it lists %q", rows)
	}
	if want := (lineage.AbsentQuery{Tenant: "default", Type: "quote", Flow: "quote-to-cash", Limit: 2}); asked != want {
		t.Errorf("asked %+v", asked)
	}
	if left := page.texts(t, "left-out"); len(left) != 1 || !strings.Contains(left[0], "no room for about 1,234 more") {
		t.Errorf("of what is left out it says %q", left)
	}
	if !strings.Contains(page.body, `href="/placeholders?cursor=n&amp;flow=quote-to-cash&amp;limit=2&amp;type=quote"`) {
		t.Error("it does not lead on")
	}
	const row = `{"type":"quote","id":"Q-1","system":"crm","scope":"","since":"2026-03-02T10:00:00Z","by":{"kind":"event","source":"/billing","id":"e-1","type":"order.created"},` +
		`"executions":[{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"}}],"more":7}`
	if got := get(s, "/api/v1/placeholders").body; !strings.HasPrefix(got, `{"placeholders":[`+row) || !strings.HasSuffix(got, `"since":null,"by":null,"executions":[],"more":0}],"total":2,"more":1234,"next":"n"}`+"\n") {
		t.Errorf("the API says %s", got)
	}
	if got := get(s, "/placeholders?flow=none"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a flow that is not: %d", got.StatusCode)
	}
}

func TestTheBuiltInFlowAwaitsOnlyWhatNoOtherKnows(t *testing.T) {
	t.Parallel()
	f, builtIn := house(), lineage.ExecutionRef{Flow: lineage.TransactionFlow, Anchor: object("correlation", "", "c-1")}
	all := []lineage.Absent{
		{Object: theOrder, In: []lineage.ExecutionRef{builtIn}}, // which its flow has
		{Object: theTwin, In: []lineage.ExecutionRef{builtIn}},  // which no other flow has
		{Object: theInvoice, In: []lineage.ExecutionRef{theRef}},
		{Object: theBatch, In: []lineage.ExecutionRef{builtIn}},
	}
	f.search = func(id string) ([]lineage.Match, error) {
		return []lineage.Match{{Object: theOrder, Executions: []lineage.ExecutionRef{builtIn, theRef}}, {Object: theTwin, Executions: []lineage.ExecutionRef{builtIn}}}, nil
	}
	f.absent = func(q lineage.AbsentQuery) (lineage.AbsentPage, error) {
		from, _ := strconv.Atoi(q.Cursor)
		to, next := min(from+q.Limit, len(all)), ""
		if to < len(all) {
			next = strconv.Itoa(to)
		}
		return lineage.AbsentPage{Absent: all[from:to], Total: len(all), Next: next}, nil
	}
	s := newServer(t, f)
	for query, want := range map[string]string{
		"":                  "SO-2 INV/1 BATCH/7, of 3",
		"?limit=2":          "SO-2 INV/1, of 3, then 3",
		"?limit=2&cursor=3": "BATCH/7, of 4",
		"?flow=transaction": "SO-1 SO-2 INV/1 BATCH/7, of 4",
	} {
		var answer struct {
			Placeholders []struct{ ID string }
			Total        int
			Next         string
		}
		if err := json.Unmarshal([]byte(get(s, "/api/v1/placeholders"+query).body), &answer); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, p := range answer.Placeholders {
			ids = append(ids, p.ID)
		}
		got := fmt.Sprintf("%s, of %d", strings.Join(ids, " "), answer.Total)
		if answer.Next != "" {
			got += ", then " + answer.Next
		}
		if rows := len(get(s, "/placeholders"+query).texts(t, "absence")); got != want || rows != len(ids) {
			t.Errorf("%s: %s on the page %d; want %s", query, got, rows, want)
		}
	}
}
