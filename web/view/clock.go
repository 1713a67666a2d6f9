package view

import (
	"strconv"
	"time"
)

// Clock is how a page tells the time: the moment it is drawn for, and the zone
// that its reader has chosen. The zero Clock tells UTC.
type Clock struct {
	Now  time.Time
	Zone *time.Location
}

// ZoneName is the name of the zone, as it stands in table headings.
func (c Clock) ZoneName() string { return c.zone().String() }

// Stamp tells a moment to the second, without its zone: for tables whose heading
// names it. The zero time is an em dash.
func (c Clock) Stamp(t time.Time) string { return c.format(t, "2006-01-02 15:04:05") }

// Moment tells a moment to the second with its zone.
func (c Clock) Moment(t time.Time) string { return c.format(t, "2006-01-02 15:04:05 MST") }

// Near tells a moment to the second with its zone, without the day when that is
// the day of the page.
func (c Clock) Near(t time.Time) string {
	if t.In(c.zone()).Format(time.DateOnly) == c.Now.In(c.zone()).Format(time.DateOnly) {
		return c.format(t, "15:04:05 MST")
	}
	return c.Moment(t)
}

// OfDay tells the time of day to the millisecond, for tables that name the day
// and the zone.
func (c Clock) OfDay(t time.Time) string { return c.format(t, "15:04:05.000") }

// Minute tells the minute of a day, for the axis of a chart.
func (c Clock) Minute(t time.Time) string { return c.format(t, "15:04") }

// ISO tells a moment in RFC 3339 with its offset, for machines and on hover.
func (c Clock) ISO(t time.Time) string { return c.format(t, time.RFC3339Nano) }

// Since tells how long ago t was, or "" for the zero time. It moves once a
// minute, so that a page that stands still is not pushed again every second.
func (c Clock) Since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d := c.Now.Sub(t); d >= time.Minute {
		return Span(d.Truncate(time.Minute)) + " ago"
	}
	return "just now"
}

// Time is a moment to show: the text, and the same for machines, which is empty
// when the moment was not told.
type Time struct{ Text, ISO string }

func (c Clock) time(t time.Time) Time  { return c.show(t, c.Moment) }
func (c Clock) near(t time.Time) Time  { return c.show(t, c.Near) }
func (c Clock) stamp(t time.Time) Time { return c.show(t, c.Stamp) }
func (c Clock) ofDay(t time.Time) Time { return c.show(t, c.OfDay) }

func (c Clock) show(t time.Time, as func(time.Time) string) Time {
	if t.IsZero() {
		return Time{Text: "—"}
	}
	return Time{Text: as(t), ISO: c.ISO(t)}
}

func (c Clock) format(t time.Time, layout string) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(c.zone()).Format(layout)
}

func (c Clock) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// Span tells a duration with its two leading units: "3 h 12 min", "2.4 s",
// "310 ms". A negative one counts as none.
func Span(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Millisecond:
		return strconv.FormatInt(max(1, d.Microseconds()), 10) + " µs"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Truncate(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
	case d < time.Minute:
		return pair(d, time.Second, "s", 0, "")
	case d < time.Hour:
		return pair(d, time.Minute, "min", time.Second, "s")
	case d < 24*time.Hour:
		return pair(d, time.Hour, "h", time.Minute, "min")
	default:
		return pair(d, 24*time.Hour, "d", time.Hour, "h")
	}
}

func pair(d, big time.Duration, bigName string, small time.Duration, smallName string) string {
	out := strconv.FormatInt(int64(d/big), 10) + " " + bigName
	if small == 0 || d%big/small == 0 {
		return out
	}
	return out + " " + strconv.FormatInt(int64(d%big/small), 10) + " " + smallName
}

// Count writes a whole number with its thousands apart: 12,345.
func Count[N ~int | ~int64 | ~uint64](n N) string { return grouped(strconv.FormatInt(int64(n), 10)) }

// Of counts things by their name: "1 event", "2 events".
func Of(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Count(n) + " " + thing + "s"
}
