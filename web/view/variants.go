package view

import (
	"net/url"
	"strconv"
	"time"

	"throughline/lineage"
)

// Variants are the ways that the transactions of a flow went.
type Variants struct {
	Filter    VariantFilter
	Flows     []string // that name stages
	Whole     Variant  // all of them
	Rows      []Variant
	Rest      Rest
	Distinct  int
	Uncounted Linked // written before sequences were kept
	From, To  Time   // the window; To is the moment of asking where none was given
	FromField string
	ToField   string
	AsOf      Time
	Zone      string
}

// Variant is one way that transactions went.
type Variant struct {
	Linked     // how many went so
	Share      string
	Width      int // of its bar, in thousandths
	Chips      []Chip
	More       int // steps that are not shown
	Cut        bool
	Finished   Linked // the samples of P50 and P95
	P50, P95   string
	Rework     Linked
	Unanchored Linked
	Bottleneck string // in words, "" for none
}

// Chip is one step of a variant.
type Chip struct {
	Stage string
	Again bool // it stands further ahead, too
}

// Linked is a figure that leads to its rows.
type Linked struct {
	Count int
	URL   string
}

// Rest sums up the variants that are not told one by one.
type Rest struct {
	Variants, Executions int
	Share                string
	URL                  string // of the page that tells more of them, "" when there is none
}

// VariantFilter is what narrows the variants: what stands in the address, and the
// window that it comes to.
type VariantFilter struct {
	Flow, State string
	From, To    time.Time // To is zero where none was given
	Limit       int
}

// FieldLayout is how a field for a date and a time writes a moment, in the reader's zone.
const FieldLayout = "2006-01-02T15:04"

func (c Clock) field(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.format(t, FieldLayout)
}

// maxChips is how many steps of a variant are shown.
const maxChips = 24

// URL is the address of the variants narrowed by f.
func (f VariantFilter) URL() string {
	q := f.values()
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return withQuery("/variants", q)
}

func (f VariantFilter) values() url.Values {
	q := url.Values{}
	set(q, "flow", f.Flow)
	set(q, "state", f.State)
	set(q, "from", exact(f.From))
	set(q, "to", exact(f.To))
	return q
}

// exact is a moment as an address says it.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// VariantList names the executions of one variant, or of all.
type VariantList struct {
	VariantFilter
	Variant string
	Which   lineage.Variety
	Type    string // of the anchors, or of what goes for one; "" for any
}

// URL is the address of the list, from cursor on.
func (l VariantList) URL(cursor string) string {
	q := l.values()
	set(q, "variant", l.Variant)
	set(q, "which", string(l.Which))
	set(q, "type", l.Type)
	set(q, "cursor", cursor)
	if l.Limit > 0 {
		q.Set("limit", strconv.Itoa(l.Limit))
	}
	return withQuery("/variants/executions", q)
}

// NewVariants makes the view of variants. The figures lead to what had started until
// they were asked for, so that the rows are theirs.
func NewVariants(v lineage.Variants, f VariantFilter, c Clock) Variants {
	rows := f
	rows.Limit = 0
	if rows.To.IsZero() {
		rows.To = v.AsOf
	}
	out := Variants{
		Filter: f, Whole: newVariant(v.All, v.All.Executions, rows), Distinct: v.Distinct,
		Uncounted: Linked{v.Uncounted, VariantList{VariantFilter: rows, Which: lineage.Uncounted}.URL("")},
		From:      c.time(f.From), To: c.time(rows.To), AsOf: c.time(v.AsOf), Zone: c.ZoneName(),
		FromField: c.field(f.From), ToField: c.field(f.To),
	}
	rest := v.All.Executions
	for _, one := range v.Top {
		out.Rows = append(out.Rows, newVariant(one, v.All.Executions, rows))
		rest -= one.Executions
	}
	if left := v.Distinct - len(v.Top); left > 0 && rest > 0 {
		out.Rest = Rest{Variants: left, Executions: rest, Share: share(rest, v.All.Executions)}
		if most := 1000; f.Limit < most {
			more := f
			more.Limit = most
			out.Rest.URL = more.URL()
		}
	}
	return out
}

func newVariant(v lineage.Variant, all int, f VariantFilter) Variant {
	part := func(n int, state lineage.State, which lineage.Variety) Linked {
		l := VariantList{VariantFilter: f, Variant: v.ID, Which: which}
		if state != "" {
			l.State = string(state)
		}
		return Linked{n, l.URL("")}
	}
	out := Variant{
		Linked: part(v.Executions, "", ""), Finished: part(v.Completed, lineage.StateCompleted, ""),
		Rework: part(v.Rework, "", lineage.Reworked), Unanchored: part(v.Unanchored, "", lineage.Loose),
		P50: "—", P95: "—", Cut: len(v.Stages) >= lineage.MaxSteps, Bottleneck: bottleneck(v.Bottleneck),
	}
	if all > 0 {
		out.Share, out.Width = share(v.Executions, all), v.Executions*1000/all
	}
	if v.Completed > 0 {
		out.P50, out.P95 = Span(v.P50), Span(v.P95)
	}
	out.Chips, out.More = NewChips(v.Stages)
	return out
}

// NewChips makes the steps of a variant, and tells how many are not shown.
func NewChips(stages []string) (chips []Chip, more int) {
	seen := map[string]bool{}
	for i, stage := range stages {
		if i == maxChips {
			return chips, len(stages) - i
		}
		chips = append(chips, Chip{stage, seen[stage]})
		seen[stage] = true
	}
	return chips, 0
}

// bottleneck names a hop in words.
func bottleneck(h lineage.Hop) string {
	if h.IsZero() {
		return ""
	}
	way := "from " + said(h.From) + " to " + said(h.To)
	if h.From == "" {
		way = "from the start to " + said(h.To)
	}
	return "Bottleneck: " + way + ", " + Span(h.Median) + " at the median, " + strconv.Itoa(int(100*h.Share)) + nbsp + "% of the time."
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// VariantExecutions are the transactions behind one figure.
type VariantExecutions struct {
	Executions
	Flow     string
	State    string
	Title    string
	Told     bool // Chips are the variant's
	Chips    []Chip
	More     int
	From, To Time
	Back     string // address of the variants
}

// NewVariantExecutions makes the view of a page of the list l.
func NewVariantExecutions(p lineage.VariantPage, l VariantList, c Clock) VariantExecutions {
	back := l.VariantFilter
	back.Limit = 0
	x := VariantExecutions{
		Executions: Executions{Rows: NewSummaries(p.Executions, c), Zone: c.ZoneName()},
		Flow:       l.Flow, State: l.State, Title: "Transactions of a variant", Told: l.Variant != "" && len(p.Executions) > 0,
		From: c.time(l.From), To: c.time(l.To), Back: back.URL(),
	}
	if l.To.IsZero() {
		x.To = c.time(c.Now)
	}
	switch {
	case l.Which == lineage.Uncounted:
		x.Title = "Transactions that are not counted yet"
	case l.Which == lineage.Reworked:
		x.Title = "Transactions with rework"
	case l.Which == lineage.Loose:
		x.Title = "Transactions that are not yet anchored"
	case l.Variant == "":
		x.Title = "Transactions of every variant"
	}
	if l.Type != "" {
		x.Title += ": " + l.Type
	}
	x.Chips, x.More = NewChips(p.Stages)
	if p.Next != "" {
		x.Next = l.URL(p.Next)
	}
	return x
}
