package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// ways are the variants of a small flow.
func ways() lineage.Variants {
	hop := lineage.Hop{From: "order", To: "invoice", Taken: 9, Share: 0.625, Median: 90 * time.Minute}
	return lineage.Variants{
		All: lineage.Variant{Executions: 10, Unanchored: 1, Completed: 7, Rework: 2, P50: 2 * time.Hour, P95: 26 * time.Hour, Bottleneck: hop},
		Top: []lineage.Variant{
			{ID: "00000000000000aa", Stages: []string{"order", "invoice"}, Executions: 6, Completed: 6, P50: time.Hour, P95: 2 * time.Hour, Bottleneck: hop},
			{ID: "00000000000000bb", Stages: []string{"order", "invoice", "order"}, Executions: 2, Rework: 2, Unanchored: 1, Bottleneck: lineage.Hop{To: "order", Taken: 2, Share: 1, Median: time.Second}},
			{ID: "00000000000000cc", Executions: 1},
		},
		Distinct: 4, Uncounted: 3, AsOf: noon,
	}
}

func TestVariantsShowTheWaysOfAFlow(t *testing.T) {
	t.Parallel()
	f := house()
	f.variants = func(q lineage.VariantQuery) (lineage.Variants, error) {
		want := lineage.VariantQuery{Tenant: "default", Flow: "quote-to-cash", From: noon.Add(-30 * 24 * time.Hour), Limit: 20}
		if q != want {
			t.Errorf("asked for %+v, want %+v", q, want)
		}
		return ways(), nil
	}
	got := get(newServer(t, f), "/variants", "Cookie: zone=Europe/Berlin")
	for id, want := range map[string][]string{
		"all":        {"transactions 10 variants 4 with rework 20 % start to finish, p50 2 h p95 1 d 2 h completed 7"},
		"bottleneck": {"Bottleneck: from order to invoice, 1 h 30 min at the median, 62 % of the time."},
		"as-of":      {"as of 2026-03-02 13:00:00 CET"},
		"uncounted":  {"! 3 transactions were written before sequences were kept and not counted here yet: each is counted once it, or its flow, changes."},
		"rest":       {"and 1 other variant with 1 transaction, 10 %. Show them →"},
		"variant": {
			"60 % 6 transactions order invoice p50 1 h , p95 2 h, of 6 completed . Bottleneck: from order to invoice, 1 h 30 min at the median, 62 % of the time.",
			"20 % 2 transactions ↺ rework in 2 ◌ 1 not yet anchored order invoice order ↺ again None of them is completed. Bottleneck: from the start to order, 1 s at the median, 100 % of the time.",
			"10 % 1 transaction No stage was reported. None of them is completed.",
		},
	} {
		if texts := got.texts(t, id); !slices.Equal(texts, want) {
			t.Errorf("%s:\n got %q\nwant %q", id, texts, want)
		}
	}
	const window = "flow=quote-to-cash&amp;from=2026-01-31T12%3A00%3A00Z"
	for _, link := range []string{
		"/variants/executions?" + window + "&amp;to=2026-03-02T12%3A00%3A00Z&amp;variant=00000000000000aa",
		"/variants/executions?" + window + "&amp;to=2026-03-02T12%3A00%3A00Z&amp;variant=00000000000000bb&amp;which=rework",
		"/variants/executions?" + window + "&amp;to=2026-03-02T12%3A00%3A00Z&amp;which=uncounted",
		"/variants/executions?" + window + "&amp;state=completed&amp;to=2026-03-02T12%3A00%3A00Z",
		"/variants?" + window + "&amp;limit=1000",
	} {
		if !strings.Contains(got.body, `href="`+link+`"`) {
			t.Errorf("nothing leads to %s", link)
		}
	}
	if strings.Contains(got.body, "ws-connect") {
		t.Error("the page is watched: each look at it reads every execution of the flow")
	}
}

func TestVariantsReadTheirWindow(t *testing.T) {
	t.Parallel()
	day := func(d, hour int) time.Time { return time.Date(2026, 2, d, hour, 0, 0, 0, time.UTC) }
	for query, want := range map[string]lineage.VariantQuery{
		"flow=transaction&state=open&limit=7":    {Flow: "transaction", State: lineage.StateOpen, Limit: 7, From: noon.Add(-30 * 24 * time.Hour)},
		"from=2026-02-01&to=2026-02-03T12:00":    {From: day(1, 0).Add(-time.Hour), To: day(3, 11)},
		"from=2026-02-01T05:00:00%2B05:00":       {From: day(1, 0)},
		"to=2026-02-28T00:00:00Z":                {From: day(28, 0).Add(-30 * 24 * time.Hour), To: day(28, 0)},
		"from=2026-02-01T00:00:00.000000001Z&x=": {From: day(1, 0).Add(1)},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			f, s := house(), (*Server)(nil)
			if want.Flow == "" {
				want.Flow = "quote-to-cash"
			}
			if want.Limit == 0 {
				want.Limit = 20
			}
			want.Tenant = "default"
			f.variants = func(q lineage.VariantQuery) (lineage.Variants, error) {
				if q != want {
					t.Errorf("asked for %+v, want %+v", q, want)
				}
				return lineage.Variants{AsOf: noon}, nil
			}
			s = newServer(t, f)
			if got := get(s, "/variants?"+query, "Cookie: zone=Europe/Berlin"); got.StatusCode != http.StatusOK || len(got.texts(t, "no-variants")) != 1 {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		})
	}
}

func TestAFlowWithoutStagesHasNoVariants(t *testing.T) {
	t.Parallel()
	f := house()
	f.catalogue = nil
	got := get(newServer(t, f), "/variants")
	if got.StatusCode != http.StatusOK || len(got.texts(t, "no-flow")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestAVariantLeadsToItsTransactions(t *testing.T) {
	t.Parallel()
	f := house()
	f.variantList = func(q lineage.VariantListQuery) (lineage.VariantPage, error) {
		want := lineage.VariantListQuery{
			VariantQuery: lineage.VariantQuery{Tenant: "default", Flow: "quote-to-cash", From: noon.Add(-time.Hour), To: noon, State: lineage.StateOpen, Limit: 50},
			Variant:      "00000000000000bb", Which: lineage.Reworked, Cursor: "c/1",
		}
		if q != want {
			t.Errorf("asked for %+v, want %+v", q, want)
		}
		list, err := f.list(lineage.ListQuery{})
		return lineage.VariantPage{Page: list, Stages: []string{"order", "invoice", "order"}}, err
	}
	s := newServer(t, f)
	const query = "flow=quote-to-cash&from=2026-03-02T11:00:00Z&to=2026-03-02T12:00:00Z&state=open&variant=00000000000000bb&which=rework&cursor=c%2F1"
	got := get(s, "/variants/executions?"+query)
	if rows := got.texts(t, "summary"); len(rows) != 1 || !strings.Contains(rows[0], "order SO-1 ◔ open order") {
		t.Errorf("the rows are %q", rows)
	}
	for _, part := range []string{
		"<h1>Transactions with rework</h1>", `href="/variants?flow=quote-to-cash&amp;from=2026-03-02T11%3A00%3A00Z&amp;state=open&amp;to=2026-03-02T12%3A00%3A00Z"`,
		`href="/variants/executions?cursor=c%2F2&amp;flow=quote-to-cash&amp;from=2026-03-02T11%3A00%3A00Z&amp;state=open&amp;to=2026-03-02T12%3A00%3A00Z&amp;variant=00000000000000bb&amp;which=rework"`,
	} {
		if !strings.Contains(got.body, part) {
			t.Errorf("there is no %s in %s", part, got.body)
		}
	}
	golden(t, get(s, "/api/v1/variants/executions?"+strings.ReplaceAll(query, "flow", "limit=50&flow")).body,
		`{"executions":[{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"},"state":"open","started_at":"2026-03-02T12:00:00Z","stage":"order"}],"next":"c/2"}`)
}

func TestAFigureOfOneTypeLeadsToTheTransactionsOfThatType(t *testing.T) {
	t.Parallel()
	f := house()
	f.variantList = func(lineage.VariantListQuery) (lineage.VariantPage, error) {
		return lineage.VariantPage{Page: lineage.Page{Next: "c/2"}}, nil
	}
	s := newServer(t, f)
	for _, path := range []string{"/variants/executions", "/api/v1/variants/executions"} {
		f.variantType = ""
		got := get(s, path+"?flow=quote-to-cash&which=loose&type=invoice")
		if got.StatusCode != http.StatusOK || f.variantType != "invoice" {
			t.Errorf("%s: %s, asked for the type %q", path, got.Status, f.variantType)
		}
		if path == "/variants/executions" && (!strings.Contains(got.body, "type=invoice&amp;which=loose") || !strings.Contains(got.body, "<h1>Transactions that are not yet anchored: invoice</h1>")) {
			t.Errorf("the page says nothing of the type: %s", got.body)
		}
	}
}

func TestVariantsKeepTheirShape(t *testing.T) {
	t.Parallel()
	f := house()
	f.variants = func(lineage.VariantQuery) (lineage.Variants, error) { return ways(), nil }
	golden(t, get(newServer(t, f), "/api/v1/variants?flow=quote-to-cash&state=open").body, `{
		"flow":"quote-to-cash","state":"open","from":"2026-01-31T12:00:00Z","to":null,"as_of":"2026-03-02T12:00:00Z","distinct":4,"uncounted":3,
		"all":{"id":"","stages":[],"executions":10,"share":1,"unanchored":1,"completed":7,"rework":2,"p50":7200,"p95":93600,
			"bottleneck":{"from":"order","to":"invoice","taken":9,"share":0.625,"median":5400}},
		"variants":[
			{"id":"00000000000000aa","stages":["order","invoice"],"executions":6,"share":0.6,"unanchored":0,"completed":6,"rework":0,"p50":3600,"p95":7200,
				"bottleneck":{"from":"order","to":"invoice","taken":9,"share":0.625,"median":5400}},
			{"id":"00000000000000bb","stages":["order","invoice","order"],"executions":2,"share":0.2,"unanchored":1,"completed":0,"rework":2,"p50":null,"p95":null,
				"bottleneck":{"from":"","to":"order","taken":2,"share":1,"median":1}},
			{"id":"00000000000000cc","stages":[],"executions":1,"share":0.1,"unanchored":0,"completed":0,"rework":0,"p50":null,"p95":null,"bottleneck":null}]}`)
}

func TestQuestionsOnVariantsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for query, want := range map[string]string{
		"":                                  "Flow is empty; want one of quote-to-cash, transaction.",
		"flow=nothing":                      `Flow is "nothing"; want one of quote-to-cash, transaction.`,
		"flow=quote-to-cash&state=gone":     `State "gone" is none of observed, open, completed, failed, retrying.`,
		"flow=quote-to-cash&from=yesterday": `From "yesterday" is no time: write it as 2026-01-31T08:30:00Z, or as 2026-01-31 in your own zone.`,
		"flow=quote-to-cash&from=2026-03-03&to=2026-03-02": "From is 2026-03-03T00:00:00Z, which is not before to, 2026-03-02T00:00:00Z.",
		"flow=quote-to-cash&limit=1001":                    `Limit "1001" is not a whole number from 1 to 1000.`,
	} {
		for _, path := range []string{"/api/v1/variants?", "/api/v1/variants/executions?"} {
			if got := get(s, path+query); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, strings.ReplaceAll(want, `"`, `\"`)) {
				t.Errorf("%s%s: %d %s", path, query, got.StatusCode, got.body)
			}
		}
	}
}

func TestVariantsAreToldToBeAwayWithTheStore(t *testing.T) {
	t.Parallel()
	f := house()
	f.variants = func(lineage.VariantQuery) (lineage.Variants, error) {
		return lineage.Variants{}, lineage.Errorf(lineage.Unavailable, "ask", "away")
	}
	s := newServer(t, f)
	for _, path := range []string{"/variants", "/api/v1/variants?flow=quote-to-cash"} {
		if got := get(s, path); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
