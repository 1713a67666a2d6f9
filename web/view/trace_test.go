package view_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
	"throughline/web/view"
)

func TestAWaterfallPutsChildrenUnderTheirParents(t *testing.T) {
	t.Parallel()
	id := traceID(1)
	spans := []lineage.Span{
		span(id, 3, 2, 200*time.Millisecond, 100*time.Millisecond),
		span(id, 2, 1, 100*time.Millisecond, 500*time.Millisecond),
		span(id, 1, 0, 0, time.Second),
		span(traceID(2), 9, 0, 0, time.Hour),
		span(id, 4, 99, 300*time.Millisecond, 0),
	}
	got := view.NewTrace(lineage.TraceSummary{TraceID: id, Spans: 7, Services: []string{"erp"}}, spans, 10, utc())
	want := []struct {
		name     string
		depth    int
		orphan   bool
		x, width int
	}{{"span 1", 0, false, 0, 1000}, {"span 2", 1, false, 100, 500}, {"span 3", 2, false, 200, 100}, {"span 4", 0, true, 300, 4}}
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(want))
	}
	for i, w := range want {
		r := got.Rows[i]
		if r.Name != w.name || r.Depth != w.depth || r.Orphan != w.orphan || r.X != w.x || r.Width != w.width {
			t.Errorf("row %d is %+v, want %+v", i, r, w)
		}
	}
	if got.Hidden != 3 || got.Took != "1 s" || got.Note == "" {
		t.Errorf("hidden %d, took %q, note %q", got.Hidden, got.Took, got.Note)
	}
}

func TestEverySpanIsDrawnOnceWhateverItsParents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "spans")
		var spans []lineage.Span
		for i := range n {
			spans = append(spans, span(traceID(1), byte(i+1), byte(rapid.IntRange(0, n+3).Draw(t, "parent")),
				time.Duration(rapid.IntRange(0, 1000).Draw(t, "start")), time.Duration(rapid.IntRange(0, 1000).Draw(t, "took"))))
		}
		got := view.NewTrace(lineage.TraceSummary{TraceID: traceID(1), Spans: n}, spans, n, utc())
		seen := map[string]bool{}
		for _, r := range got.Rows {
			if seen[r.Name] {
				t.Fatalf("%s is drawn twice", r.Name)
			}
			seen[r.Name] = true
			if r.X < 0 || r.Width < 1 || r.X+r.Width > 1000 {
				t.Fatalf("%s is drawn at %d+%d of 1000", r.Name, r.X, r.Width)
			}
		}
		if len(seen) != n || got.Hidden != 0 {
			t.Fatalf("%d of %d spans are drawn, %d hidden", len(seen), n, got.Hidden)
		}
	})
}

func TestATrendIsBrokenWhereNothingWasMeasured(t *testing.T) {
	t.Parallel()
	l := func(p50, p95 time.Duration) lineage.Latency {
		return lineage.Latency{Samples: 1, P50: p50, P95: p95, Max: p95}
	}
	got := view.NewTrend([]lineage.Latency{l(1e9, 2e9), l(1e9, 4e9), {}, l(1e9, 5e9)}, utc())
	if got.Empty || got.Top != "5 s" || got.From != "11:57" || got.To != "12:00" {
		t.Errorf("top %q, from %q to %q", got.Top, got.From, got.To)
	}
	if len(got.P95) != 1 || got.P95[0] != "0,58 200,20" || len(got.Dots95) != 1 || got.Dots95[0] != (view.Dot{X: 600, Y: 0}) {
		t.Errorf("lines %v, dots %v", got.P95, got.Dots95)
	}
	if len(got.Rows) != 3 || got.Rows[2].Minute != "12:00" {
		t.Errorf("the table has %v", got.Rows)
	}
	if !view.NewTrend(nil, utc()).Empty || !view.NewTrend(make([]lineage.Latency, 60), utc()).Empty {
		t.Error("a trend of nothing is not empty")
	}
}
