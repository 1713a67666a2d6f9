package lineage

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGapsAreToldBySizeAndSmallOnesNot(t *testing.T) {
	t.Parallel()
	trace := TraceID{15: 7}
	quote := Object{Type: "quote", ID: "Q-1"}
	s := Stitchability{
		Sources: []SourceStitching{
			{Source: "erp", Events: 1000, Reached: 900, Mute: Lost{41, "posted", Object{ID: "e-1"}}, Claiming: Lost{9, "seen", Object{Type: "correlation", ID: "c"}}, Named: Lost{50, "quoted", quote}},
		},
		Services: []ServiceStitching{{Service: "shop", Spans: 100, Named: 40, Children: 80, Orphans: 8, Nameless: trace}, {Service: "web", Spans: 500, Named: 496, Children: 10}},
		Calls:    []Calls{{Caller: "shop", Target: "erp:80", Calls: 30, Broken: trace}},
		Entries:  []Entries{{Service: "erp", Target: "erp:80", Entries: 30, Roots: 20}},
		Claims:   []LyingClaims{{Source: "erp", What: "correlation", IDs: 5000, Lying: 1, Events: 12, Example: "batch", Anchors: 10, Type: "order"}},
		Spellings: []Spelling{
			{Type: "order", System: "erp", How: "spelling", Pairs: 2, Example: []string{"1", "001"}, Sources: []string{"crm", "erp"}},
		},
		Refusals: []Refusal{{Kind: SpanEvent, Source: "shop", Key: "order.id", Told: 10, Useless: 10, Example: "null"}, {Source: "crm", Key: "won", Useless: 3, Example: "e-9"}},
	}
	want := []Gap{
		{Kind: GapNameless, Signal: SpanEvent, Source: "shop", Affected: 60, Of: 100, Anchor: "order", Example: Object{Type: "trace", ID: trace.String()}},
		{Kind: GapNamed, Source: "erp", Affected: 50, Of: 1000, Type: "quoted", Anchor: "order", Example: quote},
		{Kind: GapMute, Source: "erp", Affected: 41, Of: 1000, Type: "posted", Anchor: "order", Example: Object{ID: "e-1"}},
		{Kind: GapHop, Signal: SpanEvent, Source: "shop", Callee: "erp", Affected: 20, Of: 30, Type: "erp:80", Example: Object{Type: "trace", ID: trace.String()}},
		{Kind: GapRefused, Signal: SpanEvent, Source: "shop", Affected: 10, Of: 10, Type: "order.id", Example: Object{ID: "null"}},
		{Kind: GapOrphans, Signal: SpanEvent, Source: "shop", Affected: 8, Of: 80},
		{Kind: GapRefused, Source: "crm", Affected: 3, Type: "won", Example: Object{ID: "e-9"}},
		{Kind: GapSpelling, Affected: 2, Type: "spelling", Anchor: "order", Example: Object{Type: "order", System: "erp"}, Sources: []string{"crm", "erp"}, Spelled: []string{"1", "001"}},
		{Kind: GapLying, Source: "erp", Affected: 1, Of: 5000, Type: "correlation", Anchor: "order", Example: Object{Type: "correlation", ID: "batch"}, Most: 10},
	}
	if diff := cmp.Diff(want, s.Gaps([]string{"order", "ticket"})); diff != "" {
		t.Error("(- wanted, + got):\n" + diff)
	}
}

func TestTheCatalogueKnowsWhatStitchingNeeds(t *testing.T) {
	t.Parallel()
	from, to := time.Unix(1, 0), time.Unix(2, 0)
	cat, err := NewCatalogue(Definition{
		Types: map[string]Type{"order": {Class: Business}, "customer": {Class: Context}, "batch": {Class: Technical}},
		Flows: []Flow{{Name: "sales", Anchor: "order", Ranks: map[string]int{"order": 0}}, {Name: "returns", Anchor: "order", Ranks: map[string]int{"order": 0}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := cat.StitchQuery("default", from, to)
	for _, key := range []string{"order.id", "correlation.id"} {
		if !slices.Contains(got.Keys, key) {
			t.Errorf("%s is not among %q", key, got.Keys)
		}
	}
	got.Keys = nil
	want := StitchQuery{Tenant: "default", From: from, To: to, Flows: []string{"returns", "sales"}, Anchors: []string{"order"}, Context: []string{"account", "batch", "contact", "customer", "price", "product"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(- wanted, + got):\n" + diff)
	}
	empty, err := NewCatalogue(Definition{})
	if err != nil {
		t.Fatal(err)
	}
	if got := empty.StitchQuery("default", from, to); len(got.Flows) != 1 || got.Flows[0] != TransactionFlow || got.Anchors == nil {
		t.Errorf("without flows: %+v", got)
	}
}

func TestEveryValueThatStandsForNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, value := range RefusedValues() {
		if !Refused(value) {
			t.Errorf("%q is not refused", value)
		}
	}
}
