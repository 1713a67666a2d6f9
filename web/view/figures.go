package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Tile is one headline figure: it leads to its rows and says what it means.
type Tile struct {
	ID         string // names it within its flow
	Label      string
	URL        string
	Class      string // of what it says: "good", "bad" or ""
	Values     []Quantity
	Notes      []TileNote
	Definition string
}

// Quantity is a figure in pieces, so that numbers stand out from their units.
type Quantity []struct{ Number, Unit string }

// TileNote is a line below a figure: a state with its sign, or plain words.
type TileNote struct {
	Badge Badge  // Word is the note
	URL   string // "" for none
}

// Promise is the row of one SLA.
type Promise struct {
	Title    string
	URL      string // of its incidents
	Target   string
	Open     int
	Breached int
	FiringAt string // address of the open breaches
	Waiting  int
	Kept     string
	AtRisk   []string
	Next     Time
	NextISO  string
}

// maxCurrencies is how many lines of money a tile has.
const maxCurrencies = 3

// newTiles are the headlines of a flow: how long it takes, and what its deadlines
// come to. A flow without stages, or without deadlines, has none of these.
func newTiles(f lineage.FlowOverview, figures []slo.Figures, l Lore) []Tile {
	var out []Tile
	if slices.ContainsFunc(f.Stages, func(s lineage.StageCount) bool { return s.Stage != "" }) {
		out = append(out, latencyTiles(f, l)...)
		out = append(out, openTile(f))
	}
	if len(figures) == 0 {
		return out
	}
	total := sum(figures)
	return append(out, breachedTile(total, f.Flow), moneyTile(total, f.Flow), keptTile(total, f.Flow))
}

func latencyTiles(f lineage.FlowOverview, l Lore) []Tile {
	thing := cmp.Or(spoken(l.flow(f.Flow).Anchor), "transaction")
	tile := func(id string, now, before time.Duration, means string) Tile {
		t := Tile{
			ID: id, Label: capital(thing) + " latency, " + id, URL: Filter{Flow: f.Flow, State: string(lineage.StateCompleted)}.URL(""),
			Values:     []Quantity{dash()},
			Definition: means + " of the " + thing + "s that were completed in the last hour took no longer than this, start to finish: from the first event to the end of the last stage.",
		}
		if f.Latency.Samples == 0 {
			t.Notes = []TileNote{{Badge: Badge{"calm", "○", "nothing completed in the last hour"}}}
			return t
		}
		t.Values = []Quantity{quantity(Span(now))}
		t.Notes = []TileNote{{Badge: change(now, before)}, {Badge: Badge{Class: "plain", Word: "of " + Count(f.Latency.Samples) + " in the last hour"}}}
		return t
	}
	return []Tile{
		tile("p50", f.Latency.P50, f.Previous.P50, "Half"),
		tile("p95", f.Latency.P95, f.Previous.P95, "95 in 100"),
	}
}

// change tells a duration against the one of the hour before.
func change(now, before time.Duration) Badge {
	if before <= 0 {
		return Badge{"calm", "·", "no hour before to compare with"}
	}
	percent := int(100 * (now - before) / before)
	switch {
	case percent >= 100:
		return Badge{"warn", "↑", strconv.FormatFloat(float64(int(10*now/before))/10, 'f', -1, 64) + " times the hour before"}
	case percent >= 5:
		return Badge{"warn", "↑", Count(percent) + nbsp + "% slower than the hour before"}
	case percent <= -5:
		return Badge{"good", "↓", Count(-percent) + nbsp + "% faster than the hour before"}
	default:
		return Badge{"calm", "→", "as in the hour before"}
	}
}

func openTile(f lineage.FlowOverview) Tile {
	var open, retrying, failed int
	for _, s := range f.Stages {
		open, retrying, failed = open+s.Open, retrying+s.Retrying, failed+s.Failed
	}
	at := func(s lineage.State) string { return Filter{Flow: f.Flow, State: string(s)}.URL("") }
	t := Tile{
		ID: "open", Label: "Open transactions", URL: at(lineage.StateOpen), Values: []Quantity{quantity(Count(open))},
		Definition: "Transactions with stages still to come; those that have missed a deadline are among them. Those that are retrying or have failed are counted beside it.",
	}
	if retrying > 0 {
		t.Notes = append(t.Notes, TileNote{Badge{"warn", "↻", Count(retrying) + " retrying"}, at(lineage.StateRetrying)})
	}
	if failed > 0 {
		t.Notes = append(t.Notes, TileNote{Badge{"bad", "✕", Count(failed) + " failed"}, at(lineage.StateFailed)})
	}
	if len(t.Notes) == 0 {
		t.Notes = []TileNote{{Badge: Badge{"good", "✓", "none retrying or failed"}}}
	}
	return t
}

func breachedTile(total slo.Figures, flow string) Tile {
	t := Tile{
		ID: "breached", Label: "Breached", URL: IncidentFilter{Flow: flow, State: string(slo.Firing)}.URL(""), Class: "bad", Values: []Quantity{quantity(Count(total.Breached))},
		Definition: "Deadlines that have passed while what was owed is still missing. Those that a source which is behind may still have kept are counted beside it.",
	}
	if total.Breached == 0 {
		t.Class = "good"
		t.Notes = []TileNote{{Badge: Badge{"good", "✓", "nothing is overdue"}}}
	} else {
		t.Notes = []TileNote{{Badge: Badge{"bad", "▲", "overdue, of " + Count(total.Open)}}}
	}
	if total.Waiting > 0 {
		wait := " wait for a late source"
		if total.Waiting == 1 {
			wait = " waits for a late source"
		}
		t.Notes = append(t.Notes, TileNote{Badge{"warn", "?", Count(total.Waiting) + wait}, IncidentFilter{State: string(slo.Firing)}.URL("")})
	}
	return t
}

func moneyTile(total slo.Figures, flow string) Tile {
	t := Tile{
		ID: "money", Label: "Money at risk", URL: IncidentFilter{Flow: flow, State: string(slo.Firing)}.URL(""), Class: "bad",
		Definition: "What the objects behind the open breaches are worth, by currency and never summed across currencies. An object that has missed several deadlines counts once.",
	}
	currencies := slices.Sorted(maps.Keys(total.Risk.Amounts))
	for _, currency := range currencies[:min(len(currencies), maxCurrencies)] {
		t.Values = append(t.Values, quantity(Money(total.Risk.Amounts[currency])))
	}
	if more := len(currencies) - maxCurrencies; more > 0 {
		t.Notes = append(t.Notes, TileNote{Badge: Badge{Class: "plain", Word: andMore(more)}})
	}
	if total.Risk.Unpriced > 0 {
		t.Notes = append(t.Notes, TileNote{Badge: Badge{"warn", "?", Count(total.Risk.Unpriced) + " without an amount"}})
	}
	if len(t.Values) == 0 {
		t.Values, t.Class = []Quantity{dash()}, ""
	}
	if len(currencies)+total.Risk.Unpriced == 0 {
		t.Class, t.Notes = "good", []TileNote{{Badge: Badge{"good", "✓", "nothing is at risk"}}}
	}
	return t
}

func keptTile(total slo.Figures, flow string) Tile {
	missed := broken(total)
	ended := total.Met + missed
	t := Tile{
		ID: "kept", Label: "Deadlines kept", URL: IncidentFilter{Flow: flow, State: string(slo.Resolved)}.URL(""), Values: []Quantity{dash()},
		Definition: "Of the deadlines that ended in the last " + window(total.Window) + ", or are breached now, the share that was kept. Those that still have time are not among them. It leads to the resolved incidents of this flow: what came late, and also breaches that were corrected, cancelled or withdrawn, whenever that was.",
	}
	if ended == 0 {
		t.Notes = []TileNote{{Badge: Badge{"calm", "○", "none ended in the last " + window(total.Window)}}}
		return t
	}
	t.Values = []Quantity{quantity(share(total.Met, ended))}
	t.Notes = []TileNote{{Badge: Badge{Class: "plain", Word: "of " + Count(ended) + " in the last " + window(total.Window)}}}
	switch {
	case missed == 0:
		t.Notes = append(t.Notes, TileNote{Badge: Badge{"good", "✓", "none missed"}})
	case total.Breached == 0:
		t.Notes = append(t.Notes, TileNote{Badge: Badge{"bad", "✕", Count(missed) + " missed"}})
	default:
		t.Notes = append(t.Notes, TileNote{Badge: Badge{"bad", "✕", Count(missed) + " missed, " + Count(total.Breached) + " of them still owed"}})
	}
	return t
}

// broken counts the promises that were not kept: those that ended late, and those whose
// deadline has certainly passed while what was owed is still missing.
func broken(f slo.Figures) int { return f.Missed + f.Breached }

func andMore(currencies int) string {
	if currencies == 1 {
		return "and in 1 more currency"
	}
	return "and in " + Count(currencies) + " more currencies"
}

// share tells a part of a whole. It is never rounded up: 999 of 1,000 and one
// missed are not 100 %.
func share(part, whole int) string {
	tenths := part * 1000 / whole
	out := Count(tenths / 10)
	if tenths%10 != 0 {
		out += "." + itoa(tenths%10)
	}
	return out + nbsp + "%"
}

// sum adds up the figures of the SLAs of one flow; money by its currency, and each
// object's once.
func sum(figures []slo.Figures) slo.Figures {
	total := slo.Figures{Risk: slo.Total(figures)}
	for _, f := range figures {
		total.Open, total.Breached, total.Waiting = total.Open+f.Open, total.Breached+f.Breached, total.Waiting+f.Waiting
		total.Met, total.Missed = total.Met+f.Met, total.Missed+f.Missed
		total.Window = max(total.Window, f.Window)
		if total.AsOf.IsZero() || f.AsOf.Before(total.AsOf) {
			total.AsOf = f.AsOf
		}
	}
	return total
}

// newPromises are the rows of the SLAs of a flow.
func newPromises(figures []slo.Figures, c Clock) []Promise {
	out := make([]Promise, 0, len(figures))
	for _, f := range figures {
		row := Promise{
			Title: titleOf(f.SLA), URL: IncidentFilter{SLA: f.SLA.Name}.URL(""), Target: target(f.SLA), Open: f.Open,
			Breached: f.Breached, FiringAt: IncidentFilter{SLA: f.SLA.Name, State: string(slo.Firing)}.URL(""), Waiting: f.Waiting,
			Kept: Count(f.Met) + " kept, " + Count(broken(f)) + " missed", Next: c.near(f.Next),
		}
		row.NextISO = row.Next.ISO
		for _, currency := range slices.Sorted(maps.Keys(f.Risk.Amounts)) {
			row.AtRisk = append(row.AtRisk, Money(f.Risk.Amounts[currency]))
		}
		if f.Risk.Unpriced > 0 {
			row.AtRisk = append(row.AtRisk, Count(f.Risk.Unpriced)+" without an amount")
		}
		out = append(out, row)
	}
	return out
}

func target(s lineage.SLA) string {
	out := within(time.Duration(s.Target))
	if s.Calendar != nil {
		out += " of opening hours, " + s.Calendar.Zone
	}
	return out
}

func dash() Quantity { return quantity("—") }

// window tells over which time figures are: "hour", "24 h".
func window(d time.Duration) string {
	if d == time.Hour {
		return "hour"
	}
	return within(d)
}

// quantity takes a figure apart: "3 min 12 s" is two numbers with their units.
func quantity(text string) Quantity {
	words := strings.Fields(text) // a space that does not break is one, too
	var out Quantity
	for i := 0; i < len(words); i += 2 {
		piece := struct{ Number, Unit string }{Number: words[i]}
		if i+1 < len(words) {
			piece.Unit = words[i+1]
		}
		out = append(out, piece)
	}
	return out
}
