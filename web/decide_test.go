package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

var (
	theBatch = object("delivery", "erp", "BATCH/7")
	theTwin  = object("order", "erp", "SO-2")
)

// deciding is a house that keeps decisions in a list.
func deciding() *fake {
	f := house()
	f.search = func(q string) ([]lineage.Match, error) {
		var found []lineage.Match
		for _, o := range []lineage.Object{theOrder, theTwin, theBatch, object("order", "crm", "9"), object("order", "erp", "9"), object("order", "erp", "A-1"), object("order", "erp", "a-1")} {
			if strings.EqualFold(o.ID, q) {
				found = append(found, lineage.Match{Object: o})
			}
		}
		return found, nil
	}
	f.preview = func(d lineage.Decision) ([]lineage.Preview, error) {
		if d.Kind == lineage.DecideRevoke && d.Revokes == "none" {
			return nil, lineage.Errorf(lineage.NotFound, "decide", "revokes is %q, and there is no such decision", d.Revokes)
		}
		s := execution().Summarise()
		after := s
		after.Objects++
		return []lineage.Preview{{Ref: theRef, Before: &s, After: &after}, {Ref: lineage.ExecutionRef{Flow: "f", Anchor: theTwin}, Before: &s}}, nil
	}
	f.decide = func(d lineage.Decision) (lineage.Decided, error) {
		if d.At = noon; d.Check() != nil {
			return lineage.Decided{}, d.Check()
		}
		f.ledger = append(f.ledger, lineage.Decided{Decision: d, Stands: true})
		return f.ledger[len(f.ledger)-1], nil
	}
	return f
}

func TestADecisionIsLookedAtBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	f := deciding()
	s := newServer(t, f)
	got := get(s, "/decide?kind=release&type=delivery&id=BATCH/7&back=/guards", "Cookie: owner=Ada")
	if q := got.texts(t, "question"); got.StatusCode != http.StatusOK || !slices.Equal(q, []string{"Release delivery BATCH/7 (erp)?"}) {
		t.Fatalf("%d %q", got.StatusCode, q)
	}
	if total := got.texts(t, "would-change"); !slices.Equal(total, []string{"2 transactions would change"}) {
		t.Errorf("it says %q", total)
	}
	changes := got.texts(t, "change")
	if len(changes) != 2 || !strings.Contains(changes[0], "3 objects, 2 events then ◔ open order 4 objects, 2 events") || !strings.Contains(changes[1], "then it is gone") {
		t.Errorf("it shows %q", changes)
	}
	for _, field := range []string{
		`action="/decide"`, `name="kind" value="release"`, `name="id" value="BATCH/7"`, `name="system" value="erp"`, `name="back" value="/guards"`,
		`name="by" required maxlength="100" value="Ada"`, `name="comment" required`,
	} {
		if !strings.Contains(got.body, field) {
			t.Errorf("the form lacks %s", field)
		}
	}
	if len(f.ledger) > 0 {
		t.Error("it was decided by looking")
	}
	// No decision is silent: what it changes is judged anew.
	for _, q := range []string{"kind=release&type=order&id=SO-1", "kind=block&type=order&id=SO-1", "kind=merge&type=order&id=SO-1&with_id=SO-2", "kind=separate&type=order&id=SO-1&with_id=SO-2", "kind=reject&source=erp&event_id=e-1", "kind=revoke&revokes=d"} {
		if body := get(s, "/decide?"+q).body; strings.Contains(body, "Nobody is notified") || !strings.Contains(body, "The deadlines of what it changes are judged anew: an incident may open or be resolved, and is told.") {
			t.Errorf("%s does not say what follows", q)
		}
	}
	// What it is to be merged with is asked for, and then looked at.
	ask := get(s, "/decide?kind=merge&type=order&id=SO-1&back=//evil.example")
	if len(ask.texts(t, "ask")) != 1 || len(ask.texts(t, "sign")) != 0 || !strings.Contains(ask.body, `name="back" value="/"`) {
		t.Errorf("it does not ask: %s", ask.body)
	}
	if got := get(s, "/decide?kind=merge&type=order&id=SO-1&with_id=SO-2"); !slices.Equal(got.texts(t, "question"), []string{"Are order SO-1 (erp) and order SO-2 (erp) one object?"}) {
		t.Errorf("it asks %q", got.texts(t, "question"))
	}
}

// signed is the form of a page as a person fills it in.
func signed(form url.Values) url.Values {
	form.Set("by", " Ada ")
	form.Set("comment", "because")
	return form
}

func TestADecisionIsTakenByItsForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form url.Values
		want lineage.Decision
		to   string
	}{
		"a release":         {url.Values{"kind": {"release"}, "type": {"delivery"}, "id": {" BATCH/7 "}}, lineage.Decision{Kind: lineage.DecideRelease, A: theBatch}, "/guards/delivery/BATCH%2F7?system=erp"},
		"one that is new":   {url.Values{"kind": {"block"}, "type": {"delivery"}, "id": {"NEW"}, "system": {"wms"}}, lineage.Decision{Kind: lineage.DecideBlock, A: object("delivery", "wms", "NEW")}, "/guards/delivery/NEW?system=wms"},
		"a merge":           {url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"SO-1"}, "with_id": {"SO-2"}}, lineage.Decision{Kind: lineage.DecideMerge, A: theOrder, B: theTwin}, "/lineage/order/SO-1?system=erp"},
		"two of a system":   {url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"9"}, "system": {"crm"}, "with_id": {"9"}, "with_system": {"erp"}}, lineage.Decision{Kind: lineage.DecideMerge, A: object("order", "crm", "9"), B: object("order", "erp", "9")}, "/lineage/order/9?system=crm"},
		"two by their case": {url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"A-1"}, "with_id": {"a-1"}}, lineage.Decision{Kind: lineage.DecideMerge, A: object("order", "erp", "A-1"), B: object("order", "erp", "a-1")}, "/lineage/order/A-1?system=erp"},
		"two set apart":     {url.Values{"kind": {"separate"}, "type": {"order"}, "id": {"SO-1"}, "system": {"erp"}, "with_id": {"006A"}, "with_system": {"crm"}}, lineage.Decision{Kind: lineage.DecideApart, A: theOrder, B: object("order", "crm", "006A")}, "/lineage/order/SO-1?system=erp"},
		"a wrong event":     {url.Values{"kind": {"reject"}, "source": {"erp"}, "event_id": {"e 1"}, "back": {"/lineage/order/SO-1?flow=f"}}, lineage.Decision{Kind: lineage.DecideReject, Source: "erp", EventID: "e 1"}, "/lineage/order/SO-1?flow=f"},
		"what was undone":   {url.Values{"kind": {"revoke"}, "revokes": {"d1"}}, lineage.Decision{Kind: lineage.DecideRevoke, Revokes: "d1"}, "/decisions"},
		"another site back": {url.Values{"kind": {"revoke"}, "revokes": {"d1"}, "back": {"//evil.example"}}, lineage.Decision{Kind: lineage.DecideRevoke, Revokes: "d1"}, "/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := deciding()
			f.canonical = map[lineage.Object]lineage.Object{object("order", "crm", "006A"): theOrder}
			form := signed(c.form)
			form.Set("decision", "my-id-1")
			got := postForm(newServer(t, f), "/decide", form)
			if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != c.to || len(f.ledger) != 1 {
				t.Fatalf("%d to %q: %s", got.StatusCode, got.Header.Get("Location"), got.texts(t, "detail"))
			}
			want := c.want
			want.Tenant, want.ID, want.By, want.Comment, want.At = "default", "my-id-1", "Ada", "because", noon
			if f.ledger[0].Decision != want {
				t.Errorf("decided %+v; want %+v", f.ledger[0].Decision, want)
			}
			if cookie := got.Cookies()[0]; cookie.Name != ownerCookie || cookie.Value != "Ada" || !cookie.HttpOnly {
				t.Errorf("the reader is remembered as %v", cookie)
			}
		})
	}
}

func TestADecisionThatIsWrongIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1001)
	for name, c := range map[string]struct {
		form   url.Values
		code   int
		detail string
	}{
		"nobody":             {url.Values{"kind": {"block"}, "type": {"order"}, "id": {"SO-1"}, "by": {" "}, "comment": {"x"}}, 400, "By is empty; say who decides."},
		"no reason":          {url.Values{"kind": {"block"}, "type": {"order"}, "id": {"SO-1"}, "by": {"Ada"}}, 400, "Comment is empty; say why, for those who ask later."},
		"a reason for ever":  {url.Values{"kind": {"block"}, "type": {"order"}, "id": {"SO-1"}, "by": {"Ada"}, "comment": {long}}, 400, "Comment is longer than 1000 characters."},
		"no kind":            {signed(url.Values{}), 400, `Kind "" is none of release, block, merge, separate, reject, revoke.`},
		"no object":          {signed(url.Values{"kind": {"block"}, "type": {"order"}}), 400, `Type is "order" and id is ""; want both.`},
		"half a merge":       {signed(url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"SO-1"}}), 400, "With_id is empty; name the other id."},
		"a merge with none":  {signed(url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"SO-1"}, "with_id": {"XX"}}), 404, `With_id is "XX", and nothing of type order goes by it.`},
		"a merge with two":   {signed(url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"SO-1"}, "with_id": {"9"}}), 409, `With_id is "9", by which 2 objects of type order go; say which with the parameter system or scope.`},
		"a value for no id":  {signed(url.Values{"kind": {"block"}, "type": {"order"}, "id": {"N/A"}}), 400, `Id is "N/A", which is no id: systems write it when they have none.`},
		"an id with a slash": {signed(url.Values{"kind": {"revoke"}, "revokes": {"d"}, "decision": {"a/b"}}), 400, "The id of the decision is not 1 to 64 letters, digits and dashes; leave it out to have one made."},
		"no UTF-8":           {signed(url.Values{"kind": {"revoke"}, "revokes": {"\xff"}}), 400, "The parameter revokes is not valid UTF-8."},
		"an event of nobody": {signed(url.Values{"kind": {"reject"}, "event_id": {"1"}}), 400, `Source is "" and event_id is "1"; want the identity of an event.`},
		"too much":           {signed(url.Values{"kind": {"revoke"}, "revokes": {strings.Repeat("x", maxAcknowledge)}}), 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := deciding()
			got := postForm(newServer(t, f), "/decide", c.form)
			if got.StatusCode != c.code || len(got.texts(t, "failure")) != 1 || len(got.texts(t, "back")) != 1 {
				t.Fatalf("%d: %s", got.StatusCode, got.body)
			}
			if detail := got.texts(t, "detail"); c.detail != "" && !slices.Equal(detail, []string{c.detail}) {
				t.Errorf("it says %q", detail)
			}
		})
	}
	s := newServer(t, deciding())
	if got := get(s, "/decide?kind=revoke&revokes=none"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a look at what is not there: %d", got.StatusCode)
	}
	if got := get(s, "/decide?kind=forget"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a look at no kind: %d", got.StatusCode)
	}
}

func TestADecisionIsTakenByTheAPI(t *testing.T) {
	t.Parallel()
	f := deciding()
	s := newServer(t, f)
	got := postJSON(s, "/api/v1/decisions", `{"id":"mine-1","kind":"merge","a":{"type":"order","id":"SO-1"},"b":{"type":"order","id":"SO-2"},"by":"Ada","comment":"twins"}`)
	const want = `{"id":"mine-1","kind":"merge","a":{"type":"order","id":"SO-1","system":"erp","scope":""},"b":{"type":"order","id":"SO-2","system":"erp","scope":""},` +
		`"source":"","event_id":"","revokes":"","by":"Ada","comment":"twins","at":"2026-03-02T12:00:00Z","stands":true,"undone_by":"","pending":false}` + "\n"
	if got.StatusCode != http.StatusOK || got.body != want || len(got.Cookies()) > 0 {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	if list := get(s, "/api/v1/decisions?limit=1"); list.body != `{"decisions":[`+strings.TrimSpace(want)+`],"next":""}`+"\n" {
		t.Errorf("the ledger is %s", list.body)
	}
	look := get(s, "/api/v1/decisions/preview?kind=release&type=delivery&id=BATCH/7&limit=1")
	const seen = `{"kind":"release","a":{"type":"delivery","id":"BATCH/7","system":"erp","scope":""},"b":null,"total":2,"unseen":0,"changes":[` +
		`{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"},"before":{"state":"open","stage":"order","unanchored":false,"objects":3,"events":2},` +
		`"after":{"state":"open","stage":"order","unanchored":false,"objects":4,"events":2}}]}` + "\n"
	if look.body != seen {
		t.Errorf("a look at it: %s", look.body)
	}
	for body, code := range map[string]int{
		`{"kind":"block","a":{"type":"order","id":"SO-1"},"by":"Ada","comment":"x","state":"y"}`:                       400,
		`{"kind":"merge","a":{"type":"order","id":"SO-1"},"b":{"type":"invoice","id":"1"},"by":"Ada","comment":"x"}`:   400,
		`{"kind":"merge","a":{"type":"order","id":"SO-1"},"by":"Ada","comment":"x"}`:                                   400,
		`{"kind":"block","a":{"type":"order","id":"SO-1\u0000"},"by":"Ada","comment":"x"}`:                             400,
		`{"kind":"block","a":{"type":"order","id":"SO-1"},"comment":"x"}`:                                              400,
		`{"kind":"merge","a":{"type":"order","id":"SO-1"},"b":{"type":"order","id":"none"},"by":"Ada","comment":"no"}`: 404,
	} {
		var p problem
		if got := postJSON(s, "/api/v1/decisions", body); got.StatusCode != code || json.Unmarshal([]byte(got.body), &p) != nil || p.Detail == "" {
			t.Errorf("%s: %d %s", body, got.StatusCode, got.body)
		}
	}
	if got := do(s, httptest.NewRequest(http.MethodPost, "/api/v1/decisions", strings.NewReader(`{}`)), "Content-Type: text/plain"); got.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("plain text is answered with %d", got.StatusCode)
	}
}

func TestOtherSitesDecideNothing(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"another site":              {"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
		"another site, old browser": {"Origin: https://evil.example"},
		"a name that is not ours":   {"Host: evil.example"},
	} {
		f := deciding()
		s := newServer(t, f)
		form := postForm(s, "/decide", signed(url.Values{"kind": {"revoke"}, "revokes": {"d"}}), headers...)
		api := postJSON(s, "/api/v1/decisions", `{"kind":"revoke","revokes":"d","by":"Eve","comment":"x"}`, headers...)
		if form.StatusCode != http.StatusForbidden || api.StatusCode != http.StatusForbidden || len(f.ledger) > 0 {
			t.Errorf("%s: the form says %d, the API %d, decided %v", name, form.StatusCode, api.StatusCode, f.ledger)
		}
	}
}

func TestTheLedgerSaysWhatStandsAndLeadsOn(t *testing.T) {
	t.Parallel()
	f := house()
	for i, kind := range []lineage.DecisionKind{lineage.DecideRevoke, lineage.DecideMerge, lineage.DecideBlock} {
		d := lineage.Decision{ID: string(kind), Kind: kind, A: theOrder, B: theTwin, Revokes: "merge", By: "Ada", Comment: "why", At: noon.Add(-time.Duration(i) * time.Hour)}
		f.ledger = append(f.ledger, lineage.Decided{Decision: d, Stands: kind != lineage.DecideMerge})
	}
	f.ledger[1].Undone = "revoke"
	s := newServer(t, f)
	rows := get(s, "/decisions").texts(t, "decision")
	if len(rows) != 3 || !strings.Contains(rows[1], "made order SO-1 (erp) and order SO-2 (erp) one object") || !strings.Contains(rows[1], "revoked by Ada") || strings.Contains(rows[1], "Revoke …") {
		t.Errorf("the ledger says %q", rows)
	}
	page := get(s, "/decisions?limit=2")
	if !strings.Contains(page.body, `href="/decisions?cursor=2&amp;limit=2"`) {
		t.Error("it does not lead on")
	}
	if page := get(s, "/decisions?limit=2&cursor=2"); len(page.texts(t, "decision")) != 1 || !strings.Contains(page.body, `href="/decisions?limit=2"`) {
		t.Error("the last page is not the rest, or does not lead back")
	}
	f.ledger = nil
	if got := get(s, "/decisions"); len(got.texts(t, "no-decisions")) != 1 {
		t.Error("an empty ledger does not say so")
	}
	f.unready = lineage.Errorf(lineage.Unavailable, "read decisions", "the resident state is being rebuilt")
	for _, path := range []string{"/decisions", "/guards", "/api/v1/decisions", "/api/v1/guards", "/lineage/order/SO-1"} {
		if got := get(s, path); got.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s from half a state: %d", path, got.StatusCode)
		}
	}
}
