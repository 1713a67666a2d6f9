package view

import (
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

// Trend is a latency by the minute: as a drawing, and as the table that says the
// same.
type Trend struct {
	P50, P95  []string // point lists of the SVG, one for each unbroken run
	Dots50    []Dot    // runs of a single minute
	Dots95    []Dot
	Top       string // the value at the top of the drawing
	From, To  string // the minutes at its ends
	Rows      []TrendRow
	Empty     bool
	ZoneLabel string
}

// Dot is a point of the drawing.
type Dot struct{ X, Y int }

// TrendRow is one minute of the table; minutes without a sample are left out.
type TrendRow struct {
	Minute, P50, P95, Max string
	Samples               int
}

// The measures of the drawing, in its own units.
const (
	trendWidth  = 600
	trendHeight = 96
)

// NewTrend draws buckets of a minute each, oldest first, the last one now.
func NewTrend(buckets []lineage.Latency, c Clock) Trend {
	t := Trend{ZoneLabel: c.ZoneName(), Empty: true}
	if len(buckets) == 0 {
		return t
	}
	minute := func(i int) time.Time { return c.Now.Add(time.Duration(i-len(buckets)+1) * time.Minute) }
	t.From, t.To = c.Minute(minute(0)), c.Minute(minute(len(buckets)-1))
	var most time.Duration
	for i, b := range buckets {
		if b.Samples == 0 {
			continue
		}
		most = max(most, b.P95, b.P50)
		t.Rows = append(t.Rows, TrendRow{
			Minute: c.Minute(minute(i)), P50: Span(b.P50), P95: Span(b.P95), Max: Span(b.Max), Samples: b.Samples,
		})
	}
	t.Empty = len(t.Rows) == 0
	if t.Empty {
		return t
	}
	top := ceiling(most)
	t.Top = Span(top)
	t.P50, t.Dots50 = runs(buckets, top, func(l lineage.Latency) time.Duration { return l.P50 })
	t.P95, t.Dots95 = runs(buckets, top, func(l lineage.Latency) time.Duration { return l.P95 })
	return t
}

// runs makes the lines of one quantile, broken where a minute has no sample.
func runs(buckets []lineage.Latency, top time.Duration, of func(lineage.Latency) time.Duration) (lines []string, dots []Dot) {
	var run []Dot
	flush := func() {
		switch len(run) {
		case 0:
		case 1:
			dots = append(dots, run[0])
		default:
			var b strings.Builder
			for _, p := range run {
				b.WriteString(point(p.X, p.Y) + " ")
			}
			lines = append(lines, strings.TrimSpace(b.String()))
		}
		run = nil
	}
	for i, b := range buckets {
		if b.Samples == 0 {
			flush()
			continue
		}
		x := trendWidth
		if len(buckets) > 1 {
			x = i * trendWidth / (len(buckets) - 1)
		}
		run = append(run, Dot{x, trendHeight - int(of(b)*trendHeight/top)})
	}
	flush()
	return lines, dots
}

// ceiling is the next round duration that is not below d.
func ceiling(d time.Duration) time.Duration {
	for _, step := range []time.Duration{
		10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if d <= step {
			return step
		}
	}
	day := 24 * time.Hour
	return (d + day - 1) / day * day
}

func itoa(n int) string { return strconv.Itoa(n) }
