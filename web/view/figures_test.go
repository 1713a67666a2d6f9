package view_test

import (
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

// tile is one tile of a flow, in a line.
func tile(t *testing.T, f lineage.FlowOverview, figures []slo.Figures, id string) string {
	t.Helper()
	for _, tile := range view.NewFlow(f, figures, view.Lore{Catalogue: catalogue()}, utc()).Tiles {
		if tile.ID != id {
			continue
		}
		var out []string
		for _, v := range tile.Values {
			for _, q := range v {
				out = append(out, strings.TrimSpace(q.Number+" "+q.Unit))
			}
		}
		for _, n := range tile.Notes {
			out = append(out, strings.TrimSpace(n.Badge.Sign+" "+n.Badge.Word))
		}
		if tile.Definition == "" {
			t.Errorf("%s does not say what it means", id)
		}
		return tile.Label + " | " + strings.Join(out, " | ") + " | " + tile.URL
	}
	return ""
}

func TestTilesTellTheFiguresWithTheirRows(t *testing.T) {
	t.Parallel()
	second := figures("")[0]
	second.SLA.Name, second.Waiting, second.Risk.Amounts = "order-paid", 0, map[string]lineage.Money{"EUR": eur(1), "JPY": {Minor: 5, Currency: "JPY"}, "USD": {Minor: 1, Currency: "USD"}}
	kept := slo.Figures{SLA: invoiced(""), Open: 1, Met: 1999, Missed: 1, Window: 720 * time.Hour}
	busy := flow("")
	busy.Stages[1].Retrying = 2
	calm := lineage.FlowOverview{Flow: "quote-to-cash", Stages: []lineage.StageCount{{Stage: "won"}}}
	slower := func(now, before time.Duration) lineage.FlowOverview {
		f := flow("")
		f.Latency.P50, f.Previous.P50 = now, before
		return f
	}
	const (
		p50    = "/executions?flow=quote-to-cash&state=completed"
		firing = "/incidents?flow=quote-to-cash&state=firing"
	)
	for name, tc := range map[string]struct {
		f       lineage.FlowOverview
		figures []slo.Figures
		id      string
		want    string
	}{
		"a latency against the hour before": {flow(""), nil, "p50", "Order latency, p50 | 2 s | ↑ 2 times the hour before | of 12 in the last hour | " + p50},
		"one that stays":                    {flow(""), nil, "p95", "Order latency, p95 | 1 min | 5 s | → as in the hour before | of 12 in the last hour | " + p50},
		"one that fell":                     {slower(900*time.Millisecond, time.Second), nil, "p50", "Order latency, p50 | 900 ms | ↓ 10\u00a0% faster than the hour before | of 12 in the last hour | " + p50},
		"one that rose":                     {slower(1500*time.Millisecond, time.Second), nil, "p50", "Order latency, p50 | 1.5 s | ↑ 50\u00a0% slower than the hour before | of 12 in the last hour | " + p50},
		"the first hour":                    {slower(time.Second, 0), nil, "p50", "Order latency, p50 | 1 s | · no hour before to compare with | of 12 in the last hour | " + p50},
		"an hour without a sample":          {calm, nil, "p50", "Order latency, p50 | — | ○ nothing completed in the last hour | " + p50},
		"what is open":                      {busy, nil, "open", "Open transactions | 3 | ↻ 2 retrying | ✕ 1 failed | /executions?flow=quote-to-cash&state=open"},
		"nothing is open":                   {calm, nil, "open", "Open transactions | 0 | ✓ none retrying or failed | /executions?flow=quote-to-cash&state=open"},
		"breaches of one SLA":               {calm, figures(""), "breached", "Breached | 2 | ▲ overdue, of 7 | ? 1 waits for a late source | /incidents?flow=quote-to-cash&state=firing"},
		"breaches of two SLAs":              {calm, append(figures(""), second), "breached", "Breached | 4 | ▲ overdue, of 14 | ? 1 waits for a late source | " + firing},
		"no breach":                         {calm, []slo.Figures{kept}, "breached", "Breached | 0 | ✓ nothing is overdue | /incidents?flow=quote-to-cash&state=firing"},
		"money is not summed over currencies": {
			calm, append(figures(""), second), "money",
			"Money at risk | 0.99 CHF | 1,250.01 EUR | 5 JPY | and in 1 more currency | ? 2 without an amount | " + firing,
		},
		"no money is at risk":                      {calm, []slo.Figures{kept}, "money", "Money at risk | — | ✓ nothing is at risk | " + firing},
		"what was kept":                            {calm, figures(""), "kept", "Deadlines kept | 95.9 % | of 122 in the last 24\u00a0h | ✕ 5 missed, 2 of them still owed | /incidents?flow=quote-to-cash&state=resolved"},
		"one miss is never none":                   {calm, []slo.Figures{kept}, "kept", "Deadlines kept | 99.9 % | of 2,000 in the last 30 days | ✕ 1 missed | /incidents?flow=quote-to-cash&state=resolved"},
		"all were kept":                            {calm, []slo.Figures{{SLA: invoiced(""), Met: 3, Window: time.Hour}}, "kept", "Deadlines kept | 100 % | of 3 in the last hour | ✓ none missed | /incidents?flow=quote-to-cash&state=resolved"},
		"a breach that is still open was not kept": {calm, []slo.Figures{{SLA: invoiced(""), Open: 1, Breached: 1, Waiting: 4, Met: 9, Window: time.Hour}}, "kept", "Deadlines kept | 90 % | of 10 in the last hour | ✕ 1 missed, 1 of them still owed | /incidents?flow=quote-to-cash&state=resolved"},
		"nor was the only one":                     {calm, []slo.Figures{{SLA: invoiced(""), Open: 1, Breached: 1, Window: time.Hour}}, "kept", "Deadlines kept | 0 % | of 1 in the last hour | ✕ 1 missed, 1 of them still owed | /incidents?flow=quote-to-cash&state=resolved"},
		"none has ended":                           {calm, []slo.Figures{{SLA: invoiced(""), Window: time.Hour}}, "kept", "Deadlines kept | — | ○ none ended in the last hour | /incidents?flow=quote-to-cash&state=resolved"},
		"no deadline is promised": {
			calm, []slo.Figures{{SLA: lineage.SLA{Flow: "another"}}}, "kept", "",
		},
		"nothing is owed": {lineage.FlowOverview{Flow: lineage.TransactionFlow, Stages: []lineage.StageCount{{Observed: 9}}}, nil, "open", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tile(t, tc.f, tc.figures, tc.id); got != tc.want {
				t.Errorf("\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestFiguresTellWhenTheyAreFromToTheMinute(t *testing.T) {
	t.Parallel()
	old := figures("")
	old[0].AsOf = noon.Add(-10*time.Minute + 20*time.Second)
	for want, figures := range map[string][]slo.Figures{"11:50 UTC": old, "12:00 UTC": nil} {
		if got := view.NewFlow(flow(""), figures, view.Lore{}, utc()).AsOf; got.Text != want {
			t.Errorf("as of %q, want %q", got.Text, want)
		}
	}
}
