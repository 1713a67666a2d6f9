package view_test

import (
	"testing"
	"time"

	"throughline/web/view"
)

func TestSpanTellsTwoUnits(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0 s":        -time.Second,
		"12 µs":      12 * time.Microsecond,
		"310 ms":     310 * time.Millisecond,
		"2.4 s":      2450 * time.Millisecond,
		"9 s":        9 * time.Second,
		"42 s":       42*time.Second + 900*time.Millisecond,
		"3 min 12 s": 3*time.Minute + 12*time.Second,
		"2 min":      2 * time.Minute,
		"3 h 12 min": 3*time.Hour + 12*time.Minute + 59*time.Second,
		"2 d 1 h":    49 * time.Hour,
	} {
		if got := view.Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestCountSetsThousandsApart(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]int64{"0": 0, "999": 999, "1,000": 1000, "12,345,678": 12345678, "-1,234": -1234} {
		if got := view.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestClockTellsTheReadersZone(t *testing.T) {
	t.Parallel()
	c := view.Clock{Now: noon, Zone: time.FixedZone("CET", 3600)}
	if got, want := c.Moment(noon), "2026-03-02 13:00:00 CET"; got != want {
		t.Errorf("Moment = %q, want %q", got, want)
	}
	if got, want := c.ISO(noon), "2026-03-02T13:00:00+01:00"; got != want {
		t.Errorf("ISO = %q, want %q", got, want)
	}
	if got, want := utc().Moment(noon), "2026-03-02 12:00:00 UTC"; got != want {
		t.Errorf("with no zone: Moment = %q, want %q", got, want)
	}
	if got := c.Moment(time.Time{}); got != "—" {
		t.Errorf("the zero time is shown as %q", got)
	}
}

func TestSinceStandsStillWithinAMinute(t *testing.T) {
	t.Parallel()
	for want, ago := range map[string]time.Duration{
		"just now":      59 * time.Second,
		"1 min ago":     119 * time.Second,
		"2 h 5 min ago": 2*time.Hour + 5*time.Minute + 3*time.Second,
	} {
		if got := utc().Since(noon.Add(-ago)); got != want {
			t.Errorf("Since(%v ago) = %q, want %q", ago, got, want)
		}
	}
}
