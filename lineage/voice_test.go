package lineage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnExplanationIsToldInPlainWords(t *testing.T) {
	t.Parallel()
	so, crm := Object{Type: "order", System: "erp", ID: "SO-1"}, Object{Type: "order", System: "crm", ID: "006A"}
	invoice, quote, note := Object{Type: "invoice", ID: "INV-7"}, Object{Type: "quote", ID: "Q-3"}, Object{Type: "credit_note", ID: "G-1"}
	posted := Cited{Evidence{BusinessEvent, "erp", "81"}, "invoice.posted", time.Date(2026, 3, 2, 10, 4, 11, 0, time.UTC)}
	won := Cited{Evidence{SpanEvent, "crm", "12"}, "quote.won", time.Time{}}
	unseen := Cited{Evidence: Evidence{LogEvent, "wms", "3"}}
	bills := Reason{Object: invoice, Next: so, Says: Relation{From: invoice, To: crm, Qualifier: "bills"}, By: posted, More: 2}
	for name, test := range map[string]struct {
		e    Explanation
		want []string
	}{
		"a way with another name in it": {
			Explanation{Object: note, Reasons: []Reason{{Object: note, Next: invoice, Says: Relation{From: note, To: invoice, Qualifier: "settles"}, By: unseen, More: 1}, bills}, Same: []Sameness{{crm, so, posted}}},
			[]string{
				"credit note G-1 names invoice INV-7 as “settles”: log 3 from wms, and one more says so",
				"invoice INV-7 bills order 006A: event 81 (invoice.posted) from erp at 2026-03-02 10:04:11 UTC, and 2 more say so",
				"order 006A (crm) is the same object as order SO-1 (erp): event 81 (invoice.posted) from erp at 2026-03-02 10:04:11 UTC",
			},
		},
		"a claim": {
			Explanation{Object: quote, Reasons: []Reason{{Object: quote, Next: so, Says: Relation{From: quote, To: so}, Claim: "correlation:c-9", By: won, Too: posted}}},
			[]string{"quote Q-3 and order SO-1 share the correlation id c-9: span 12 (quote.won) from crm names the quote, event 81 (invoice.posted) from erp at 2026-03-02 10:04:11 UTC the order"},
		},
		"a claim by one event": {
			Explanation{Object: quote, Reasons: []Reason{{Object: quote, Next: so, Says: Relation{From: quote, To: so}, Claim: "trace:ab", By: won, Too: won}}},
			[]string{"quote Q-3 and order SO-1 share the trace ab: span 12 (quote.won) from crm names both"},
		},
		"what carries a correlation id": {
			Explanation{Object: quote, Reasons: []Reason{{Object: quote, Says: Relation{From: quote, To: Object{Type: CorrelationType, ID: "c"}}, Claim: "correlation:c", By: won}}},
			[]string{"quote Q-3 carries the correlation id c: span 12 (quote.won) from crm names it"},
		},
		"the anchor": {Explanation{Object: so}, []string{"order SO-1 is the anchor of this transaction"}},
		"a root":     {Explanation{Object: quote, Adrift: true}, []string{"quote Q-3 is where these objects begin: no anchor reaches them, and none of lower rank leads to it"}},
		"what is cut off": {
			Explanation{Object: note, Cut: true},
			[]string{"what brings credit note G-1 here is not shown: the cap of this transaction leaves it out, or the flow has changed since"},
		},
		"a sameness that nothing here says": {
			Explanation{Object: so, Same: []Sameness{{A: crm, B: so}}},
			[]string{"order SO-1 is the anchor of this transaction", "order 006A (crm) is the same object as order SO-1 (erp): none of the events of this transaction says so itself"},
		},
	} {
		var got []string
		for _, told := range test.e.Tell(Voice{}) {
			got = append(got, told.Text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAVoiceSetsApartWhatOthersHaveWritten(t *testing.T) {
	t.Parallel()
	r := Reason{
		Says: Relation{From: Object{Type: "invoice", ID: "INV-7"}, To: Object{Type: "order", ID: "SO-1"}, Qualifier: "bills"},
		By:   Cited{Evidence{BusinessEvent, "/billing", "81"}, "posted", time.Unix(0, 0)},
	}
	got := r.Sentence(Voice{
		Name: func(s string) string { return "‹" + s + "›" }, Source: strings.ToUpper, Time: func(time.Time) string { return "noon" },
	})
	if want := "‹invoice› ‹INV-7› bills ‹order› ‹SO-1›: event ‹81› (‹posted›) from /BILLING at noon"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
