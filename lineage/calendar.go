package lineage

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Calendar says when a clock counts: the opening hours of a week in a time zone,
// without holidays. Days begin and end by the wall clock, so a day on which the
// time changes has 23 or 25 hours.
type Calendar struct {
	Zone     string            `yaml:"zone" json:"zone"`         // IANA name, such as Europe/Berlin
	Hours    map[string]string `yaml:"hours" json:"hours"`       // "mon-fri": "09:00-12:00, 13:00-17:00"
	Holidays []string          `yaml:"holidays" json:"holidays"` // dates, "2026-04-03"
}

// Schedule is a Calendar ready to count with. The zero Schedule is always open.
// It never changes and may be used concurrently.
type Schedule struct {
	zone     *time.Location
	week     [7][]opening // by time.Weekday
	holidays map[string]bool
}

// opening is a stretch of a day, in minutes since midnight by the wall clock.
type opening struct{ from, to int }

// How far a schedule is looked through, in days: until it has been closed for a
// year, and in all for ten.
const (
	maxClosed = 366
	maxDays   = 10 * 366
)

// Schedule checks the calendar. A nil calendar is always open. Errors are of kind
// Invalid and name the field.
func (c *Calendar) Schedule() (Schedule, error) {
	if c == nil {
		return Schedule{}, nil
	}
	fail := func(format string, args ...any) (Schedule, error) {
		return Schedule{}, Errorf(Invalid, "calendar", format, args...)
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil || c.Zone == "" || c.Zone == "Local" {
		return fail("zone is %q; want an IANA time zone such as Europe/Berlin", c.Zone)
	}
	s := Schedule{zone: zone, holidays: make(map[string]bool)}
	for _, days := range slices.Sorted(maps.Keys(c.Hours)) {
		from, to, err := weekdays(days)
		if err != nil {
			return fail("hours: %w", err)
		}
		spans, err := openings(c.Hours[days])
		if err != nil {
			return fail("hours of %s: %w", days, err)
		}
		for d := from; ; d = (d + 1) % 7 {
			if len(s.week[d]) > 0 {
				return fail("hours: %s is in two entries", time.Weekday(d))
			}
			s.week[d] = spans
			if d == to {
				break
			}
		}
	}
	open := false
	for _, day := range s.week {
		open = open || len(day) > 0
	}
	if !open {
		return fail("hours is empty; want at least one entry such as mon-fri: \"09:00-17:00\"")
	}
	for _, day := range c.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fail("holidays: %q is no date; write it like 2026-12-25", clip(day))
		}
		s.holidays[day] = true
	}
	return s, nil
}

func weekdays(text string) (from, to int, err error) {
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	a, b, ranged := strings.Cut(strings.ToLower(strings.ReplaceAll(text, " ", "")), "-")
	if !ranged {
		b = a
	}
	from, to = slices.Index(names, a), slices.Index(names, b)
	if from < 0 || to < 0 {
		return 0, 0, fmt.Errorf("%q are no days; write them like mon or mon-fri", clip(text))
	}
	return from, to, nil
}

func openings(text string) ([]opening, error) {
	var spans []opening
	for part := range strings.SplitSeq(text, ",") {
		a, b, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), "-")
		from, ok1 := minutes(a)
		to, ok2 := minutes(b)
		if !ok1 || !ok2 || from >= to {
			return nil, fmt.Errorf("%q is no stretch of a day; write it like 09:00-17:00, and 24:00 for its end", clip(part))
		}
		if n := len(spans); n > 0 && from < spans[n-1].to {
			return nil, fmt.Errorf("%q begins before the stretch before it ends", clip(part))
		}
		spans = append(spans, opening{from, to})
	}
	return spans, nil
}

func minutes(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	at := 60*hour + minute
	return at, ok && len(h) == 2 && len(m) == 2 && err1 == nil && err2 == nil && hour >= 0 && minute >= 0 && minute < 60 && at <= 24*60
}

// Add returns the moment at which d of open time have passed since t. It returns
// false when the schedule stays closed for a year on end, or it takes ten.
func (s Schedule) Add(t time.Time, d time.Duration) (time.Time, bool) {
	if s.zone == nil || d <= 0 {
		return t.Add(d), true
	}
	end, found := time.Time{}, false
	s.walk(t, func(from, to time.Time) bool {
		if open := to.Sub(from); open < d {
			d -= open
			return true
		}
		end, found = from.Add(d).In(t.Location()), true
		return false
	})
	return end, found
}

// Between returns how much of the time from a to b is open, as far as ten years.
func (s Schedule) Between(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	if s.zone == nil {
		return b.Sub(a)
	}
	var open time.Duration
	s.walk(a, func(from, to time.Time) bool {
		if !from.Before(b) {
			return false
		}
		if to.After(b) {
			to = b
		}
		open += to.Sub(from)
		return to.Before(b)
	})
	return open
}

// walk yields the open stretches from t on, in order, until yield returns false
// or the schedule has been closed for too long.
func (s Schedule) walk(t time.Time, yield func(from, to time.Time) bool) {
	local := t.In(s.zone)
	year, month, day := local.Date()
	closed := 0
	for range maxDays {
		if closed++; closed > maxClosed {
			return
		}
		date := time.Date(year, month, day, 12, 0, 0, 0, s.zone)
		if !s.holidays[date.Format(time.DateOnly)] {
			for _, o := range s.week[date.Weekday()] {
				from := time.Date(year, month, day, 0, o.from, 0, 0, s.zone)
				to := time.Date(year, month, day, 0, o.to, 0, 0, s.zone)
				if from.Before(t) {
					from = t
				}
				if !to.After(from) {
					continue
				}
				if closed = 0; !yield(from, to) {
					return
				}
			}
		}
		day++
	}
}
