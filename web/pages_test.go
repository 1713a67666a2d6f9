package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

func TestTheLineagePageShowsEverythingThatIsKnown(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/lineage/order/SO-1")
	if got.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	for id, want := range map[string][]string{
		"where": {"Waiting for invoice; order is the furthest that it has come. But POST /invoices failed at erp. The last event came 1 h ago. The invoice is due by 12:01:00 UTC."},
		"stage": {"✓ order done · 2 attempts 2026-03-02 11:00:00 UTC", "○ invoice pending"},
		"object": {
			"quote Q-1 crm -1 before the order ◌ named, no event of its own yet Why is it here? What brings quote Q-1 here is not shown: the cap of this transaction leaves it out, or the flow has changed since.",
			"order SO-1 erp 1,250.00 EUR 006A crm 0 the anchor ◆ anchor ● this page Why is it here? Order SO-1 is the anchor of this transaction. Order 006A (crm) is the same object as order SO-1 (erp): none of the events of this transaction says so itself.",
			"invoice INV/1 erp +2 after the order ▪ leaf: taken in, not walked on Why is it here? Invoice INV/1 bills order SO-1: event e-2 from erp.",
		},
		"relation": {"invoice INV/1 bills order SO-1 event e-2 from erp"},
		"claim":    {"✓ claimed correlation:c-1 Names exactly one order, so everything that carries this correlation id belongs to it."},
		"deadline": {"◔ running Invoice posted within 1 min of booking due 12:01:00 UTC"},
		"amount":   {"1,250.00 EUR"},
		"span":     {"POST /orders crm 1 s", "✕ error INSERT erp 0 s"},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
	events := got.texts(t, "event")
	if len(events) != 2 || !strings.HasPrefix(events[0], "11:00:00.000 order.created") || !strings.Contains(events[1], "✕ failed answered 422") || !strings.Contains(events[1], "-0.05 EUR") {
		t.Errorf("the events are %q", events)
	}
	if traces := got.texts(t, "trace"); len(traces) != 1 || !strings.Contains(traces[0], "2 spans ✕ 1 error 1 s crm erp") {
		t.Errorf("the traces are %q", traces)
	}
}

func TestAnyIDReachesItsPage(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]lineage.ObjectQuery{
		"/lineage/invoice/a%2Fb":                           {Type: "invoice", ID: "a/b"},
		"/lineage/invoice/a/b":                             {Type: "invoice", ID: "a/b"},
		"/lineage/invoice/a%20b%3F%23%25":                  {Type: "invoice", ID: "a b?#%"},
		"/lineage/invoice/Gr%C3%B6%C3%9Fe":                 {Type: "invoice", ID: "Größe"},
		"/lineage/invoice/1?flow=f&system=erp&scope=s%2F1": {Type: "invoice", ID: "1", Flow: "f", System: "erp", Scope: "s/1"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"", "/api/v1"} {
				f := house()
				var asked lineage.ObjectQuery
				f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
					asked = q
					return lineage.Answer{}, nil
				}
				get(newServer(t, f), prefix+path)
				want.Tenant = "default"
				if asked != want {
					t.Errorf("%s asks for %+v, want %+v", prefix+path, asked, want)
				}
			}
		})
	}
}

func TestAnUnknownObjectTeaches(t *testing.T) {
	t.Parallel()
	f := house()
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	got := get(newServer(t, f), "/lineage/order/SO-9")
	if got.StatusCode != http.StatusNotFound || len(got.texts(t, "unknown")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if !strings.Contains(got.body, "ws-connect") {
		t.Error("the page is not live: it should show the object as soon as it arrives")
	}
}

func TestATraceThatNamesNothingIsShownAllTheSame(t *testing.T) {
	t.Parallel()
	f := house()
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	got := get(newServer(t, f), "/lineage/trace/"+theTrace.String())
	if got.StatusCode != http.StatusOK || len(got.texts(t, "span")) != 2 || len(got.texts(t, "unknown")) != 0 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestThePageStandsWithoutItsTraces(t *testing.T) {
	t.Parallel()
	f := house()
	f.traceSummaries = func([]lineage.TraceID) ([]lineage.TraceSummary, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "ask store", "connection refused")
	}
	got := get(newServer(t, f), "/lineage/order/SO-1")
	if got.StatusCode != http.StatusOK || len(got.texts(t, "event")) != 2 || len(got.texts(t, "traces-problem")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestTheOverviewCountsAndMeasures(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/")
	for id, want := range map[string][]string{
		"flow-stage":       {"order 4 ✕ 1 failed ◔ 3 open", "invoice 3 ✓ 3 completed"},
		"p50":              {"2 s"},
		"p95":              {"1 min 5 s"},
		"unanchored-count": {"◌ 2 not yet anchored"},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
}

func TestTheOverviewShowsHeadlinesWithTheirRows(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/")
	tiles := got.texts(t, "figure")
	if len(tiles) != 6 {
		t.Fatalf("%d tiles: %q", len(tiles), tiles)
	}
	for i, want := range []string{"Order latency, p50 ?", "Order latency, p95 ?", "Open transactions ?", "Breached ?", "Money at risk ?", "Deadlines kept ?"} {
		if !strings.HasPrefix(tiles[i], want) {
			t.Errorf("tile %d is %q", i, tiles[i])
		}
	}
	for id, want := range map[string][]string{
		"open": {"3"}, "breached": {"2"}, "money": {"0.99 CHF", "1,250.00 EUR"}, "kept": {"95.9 %"}, "as-of": {"as of 12:00 UTC"},
		"promise": {"Invoice posted within 1 min of booking 1 min 7 ▲ 2 breached ? 1 not certain yet 117 kept, 5 missed 0.99 CHF 1,250.00 EUR 1 without an amount 12:01:00 UTC"},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
}

func TestTheLineagePageStandsWithoutItsDeadlinesAndTheAPIDoesNot(t *testing.T) {
	t.Parallel()
	f := house()
	f.clocks = func([]lineage.Object) ([]slo.Reading, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "read clocks", "starting")
	}
	s := newServer(t, f)
	if got := get(s, "/lineage/order/SO-1"); got.StatusCode != http.StatusOK || len(got.texts(t, "no-clocks")) != 1 || len(got.texts(t, "deadline")) != 0 {
		t.Errorf("%d %q", got.StatusCode, got.texts(t, "no-clocks"))
	}
	if got := get(s, "/api/v1/lineage/order/SO-1"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a script is told %d, as if there were no deadlines", got.StatusCode)
	}
}

func TestClocksAreAskedForAnchorFirstAndEachOnce(t *testing.T) {
	t.Parallel()
	f := house()
	lookup, asked := f.lookup, 0
	f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
		a, err := lookup(q)
		return lineage.Answer{Executions: a.Executions, Unanchored: a.Executions}, err
	}
	f.clocks = func(objects []lineage.Object) ([]slo.Reading, error) {
		asked++
		if want := []lineage.Object{theOrder, object("quote", "crm", "Q-1"), theInvoice}; !slices.Equal(objects, want) {
			t.Errorf("asked for %v, want %v", objects, want)
		}
		return nil, nil
	}
	get(newServer(t, f), "/lineage/order/SO-1")
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestAnEmptyHouseTeachesTheFirstEvent(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		endpoints Endpoints
		want      string
	}{
		"at the bound address":                          {Endpoints{OTLPHTTP: "127.0.0.1:41234"}, "curl -i http://127.0.0.1:41234/v1/events"},
		"at the reader's host where every interface is": {Endpoints{OTLPHTTP: "[::]:4318"}, "curl -i http://localhost:4318/v1/events"},
		"at the usual port where none is told":          {Endpoints{}, "curl -i http://localhost:4318/v1/events"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := house()
			f.overview = func() ([]lineage.FlowOverview, error) { return nil, nil }
			f.status = func() (Status, error) { return Status{Endpoints: tc.endpoints}, nil }
			got := get(newServer(t, f), "/").texts(t, "first-event")
			if len(got) != 1 || !strings.Contains(got[0], tc.want) {
				t.Errorf("it says %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSearchJumpsWhenTheMatchIsUnique(t *testing.T) {
	t.Parallel()
	two := []lineage.Match{{Object: theInvoice, Executions: []lineage.ExecutionRef{theRef}}, {Object: object("correlation", "", "INV/1")}}
	for name, tc := range map[string]struct {
		found    []lineage.Match
		code     int
		location string
		matches  int
	}{
		"one match is opened":    {two[:1], http.StatusSeeOther, "/lineage/invoice/INV%2F1?system=erp", 0},
		"two are listed":         {two, http.StatusOK, "", 2},
		"none is told with help": {nil, http.StatusOK, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := house()
			f.search = func(q string) ([]lineage.Match, error) {
				if q == "1" && tc.found == nil { // it may have been the 1 of type INV
					return nil, nil
				}
				if q != "INV/1" {
					t.Errorf("asked for %q", q)
				}
				return tc.found, nil
			}
			got := get(newServer(t, f), "/search?q=%20INV%2F1%20")
			if got.StatusCode != tc.code || got.Header.Get("Location") != tc.location || len(got.texts(t, "match")) != tc.matches {
				t.Errorf("%d to %q with %d matches", got.StatusCode, got.Header.Get("Location"), len(got.texts(t, "match")))
			}
			if none := len(got.texts(t, "no-match")); (none == 1) != (tc.found == nil) {
				t.Errorf("%d helps", none)
			}
		})
	}
}

func TestListsNarrowAndTurnPages(t *testing.T) {
	t.Parallel()
	f := house()
	list := f.list
	f.list = func(q lineage.ListQuery) (lineage.Page, error) {
		want := lineage.ListQuery{Tenant: "default", Flow: "quote-to-cash", State: lineage.StateOpen, Stage: "order", Limit: 7, Cursor: "c/1"}
		if q != want {
			t.Errorf("asked for %+v, want %+v", q, want)
		}
		return list(q)
	}
	got := get(newServer(t, f), "/executions?flow=quote-to-cash&state=open&stage=order&limit=7&cursor=c%2F1")
	if rows := got.texts(t, "summary"); len(rows) != 1 || !strings.Contains(rows[0], "order SO-1 quote-to-cash ◔ open order 2026-03-02 12:00:00 under 1 min so far 3 2") {
		t.Errorf("the rows are %q", rows)
	}
	next := `href="/executions?cursor=c%2F2&amp;flow=quote-to-cash&amp;limit=7&amp;stage=order&amp;state=open"`
	if !strings.Contains(got.body, next) {
		t.Errorf("there is no %s", next)
	}
}

func TestQuarantineAndStatusAreShown(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	if rows := get(s, "/quarantine").texts(t, "quarantined"); len(rows) != 2 || !strings.Contains(rows[0], "time is not RFC 3339") {
		t.Errorf("in quarantine: %q", rows)
	}
	got := get(s, "/status")
	if rows := got.texts(t, "signal"); !slices.Equal(rows, []string{"events 1,009 1 2 3 1,000 999 1.5 s"}) {
		t.Errorf("the account is %q", rows)
	}
	if n := got.texts(t, "in-flight"); !slices.Equal(n, []string{"3"}) {
		t.Errorf("in flight: %q", n)
	}
}

func TestSettingsAreKeptAndLeadBack(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	post := func(form string) answer {
		r := httptest.NewRequest(http.MethodPost, "/settings", strings.NewReader(form))
		return do(s, r, "Content-Type: application/x-www-form-urlencoded")
	}
	got := post("theme=dark&zone=Europe%2FBerlin&back=%2Flineage%2Forder%2FSO-1")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/lineage/order/SO-1" || len(got.Cookies()) != 2 {
		t.Fatalf("%d to %q with %v", got.StatusCode, got.Header.Get("Location"), got.Cookies())
	}
	page := get(s, "/lineage/order/SO-1", "Cookie: theme=dark; zone=Europe/Berlin")
	if !strings.Contains(page.body, `data-theme="dark"`) || !strings.Contains(page.body, "2026-03-02 12:00:00 CET") {
		t.Error("the page does not keep to the settings")
	}
	for _, back := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""} {
		if got := post("back=" + back); got.Header.Get("Location") != "/" {
			t.Errorf("back to %q leads to %q", back, got.Header.Get("Location"))
		}
	}
	for _, zone := range []string{"../../etc/passwd", "Local", "Nowhere/City", strings.Repeat("x", 500)} {
		if got := get(s, "/", "Cookie: zone="+zone); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "Times are in UTC") {
			t.Errorf("zone %q: %d", zone, got.StatusCode)
		}
	}
}

// On a narrow screen the events are laid out as blocks, which some browsers take
// for no table unless roles say so.
func TestEventsAreATableHoweverTheyAreLaidOut(t *testing.T) {
	t.Parallel()
	body := get(newServer(t, house()), "/lineage/order/SO-1").body
	_, table, _ := strings.Cut(body, `<table class="events"`)
	table, _, found := strings.Cut(table, "</table>")
	if !found || !strings.HasPrefix(table, ` role="table"`) {
		t.Fatal("there is no such table")
	}
	for tag, role := range map[string]string{"<tr": "row", "<td": "cell", "<thead": "rowgroup", "<tbody": "rowgroup"} {
		pieces := strings.Split(table, tag)
		if len(pieces) == 1 {
			t.Errorf("no %s in it", tag)
		}
		for _, piece := range pieces[1:] {
			if attributes, _, _ := strings.Cut(piece, ">"); !strings.Contains(attributes, `role="`+role+`"`) {
				t.Errorf("%s%s> is no %s", tag, attributes, role)
			}
		}
	}
}
