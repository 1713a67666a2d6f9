package lineage

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestACalendarThatCannotBeReadSaysWhichFieldAndHow(t *testing.T) {
	t.Parallel()
	hours := map[string]string{"mon-fri": "09:00-17:00"}
	for want, c := range map[string]Calendar{
		"zone is \"Berlin\"":                 {Zone: "Berlin", Hours: hours},
		"zone is \"\"":                       {Hours: hours},
		"hours is empty":                     {Zone: "UTC"},
		"are no days":                        {Zone: "UTC", Hours: map[string]string{"weekdays": "09:00-17:00"}},
		"is no stretch of a day":             {Zone: "UTC", Hours: map[string]string{"mon": "9-17"}},
		"begins before the stretch before":   {Zone: "UTC", Hours: map[string]string{"mon": "09:00-12:00, 11:00-13:00"}},
		"Wednesday is in two entries":        {Zone: "UTC", Hours: map[string]string{"mon-fri": "09:00-17:00", "wed": "09:00-12:00"}},
		"holidays: \"Easter\" is no date":    {Zone: "UTC", Hours: hours, Holidays: []string{"Easter"}},
		"\"09:00-25:00\" is no stretch":      {Zone: "UTC", Hours: map[string]string{"mon": "09:00-25:00"}},
		"\"17:00-09:00\" is no stretch of a": {Zone: "UTC", Hours: map[string]string{"mon": "17:00-09:00"}},
	} {
		if _, err := c.Schedule(); err == nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one that says %q", c, err, want)
		}
	}
}

func TestOpenTimeAddsUpWhateverTheZoneAndTheSeason(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{
			Zone:     rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"}).Draw(t, "zone"),
			Hours:    map[string]string{"mon-fri": "09:00-12:00,13:00-17:00", "sat-sun": "00:00-24:00"},
			Holidays: []string{"2026-03-29", "2026-11-01", "2026-04-06"},
		}
		s, err := c.Schedule()
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 366*24*60).Draw(t, "minute")) * time.Minute)
		d := time.Duration(rapid.IntRange(1, 200*60).Draw(t, "open")) * time.Minute
		end, ok := s.Add(from, d)
		if !ok || s.Between(from, end) != d {
			t.Fatalf("%s and %s of open time end at %s, %v; between them are %s", from, d, end, ok, s.Between(from, end))
		}
		if before := s.Between(from, end.Add(-time.Minute)); before >= d {
			t.Fatalf("%s was over a minute before %s", d, end)
		}
		half, ok := s.Add(from, d/2)
		if rest, ok2 := s.Add(half, d-d/2); !ok || !ok2 || !rest.Equal(end) {
			t.Fatalf("in two steps it ends at %s, in one at %s", rest, end)
		}
	})
}

func TestAScheduleThatIsClosedForAYearIsGivenUp(t *testing.T) {
	t.Parallel()
	c := Calendar{Zone: "UTC", Hours: map[string]string{"mon": "09:00-10:00"}}
	for day := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 7) {
		c.Holidays = append(c.Holidays, day.Format(time.DateOnly))
	}
	s, err := c.Schedule()
	if err != nil {
		t.Fatal(err)
	}
	if end, ok := s.Add(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Hour); ok {
		t.Errorf("an hour of open time ends at %s", end)
	}
}
