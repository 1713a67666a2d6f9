package lineage

import (
	"strings"
	"testing"
	"time"
)

func TestOpenTimeIsCountedByTheZonesOwnDays(t *testing.T) {
	t.Parallel()
	const week, always, twice = "mon-fri 09:00-17:00", "mon-sun 00:00-24:00", "mon-fri 09:00-12:00,12:00-17:00"
	for name, c := range map[string]struct {
		zone, hours, from, to string
		holidays              []string
		want                  time.Duration
	}{
		"Sunday noon in UTC, Monday in Kiritimati": {"Pacific/Kiritimati", week, "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", nil, 8 * time.Hour},
		"Monday in UTC, Sunday in Honolulu":        {"Pacific/Honolulu", week, "2026-03-02T00:00:00Z", "2026-03-02T10:00:00Z", nil, 0},
		"a day":                                    {"Europe/Berlin", always, "2026-03-02T00:00:00+01:00", "2026-03-03T00:00:00+01:00", nil, 24 * time.Hour},
		"the day on which summer time begins":      {"Europe/Berlin", always, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", nil, 23 * time.Hour},
		"the day on which it ends":                 {"Europe/Berlin", always, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", nil, 25 * time.Hour},
		"opening hours on it":                      {"Europe/Berlin", "sun 09:00-17:00", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", nil, 8 * time.Hour},
		"a holiday":                                {"Europe/Berlin", week, "2026-04-02T00:00:00Z", "2026-04-08T00:00:00Z", []string{"2026-04-03", "2026-04-06"}, 16 * time.Hour},
		"a holiday is a day of the zone":           {"Pacific/Kiritimati", always, "2026-04-02T10:00:00Z", "2026-04-03T10:00:00Z", []string{"2026-04-03"}, 0},
		"a weekend":                                {"Europe/Berlin", week, "2026-03-06T17:00:00+01:00", "2026-03-09T09:00:00+01:00", nil, 0},
		"two stretches that touch":                 {"UTC", twice, "2026-03-02T08:00:00Z", "2026-03-02T20:00:00Z", nil, 8 * time.Hour},
		"days across the end of the week":          {"UTC", "sat-mon 10:00-11:00", "2026-03-06T00:00:00Z", "2026-03-10T12:00:00Z", nil, 3 * time.Hour},
	} {
		days, hours, _ := strings.Cut(c.hours, " ")
		schedule, err := (&Calendar{Zone: c.zone, Hours: map[string]string{days: hours}, Holidays: c.holidays}).Schedule()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		from, err1 := time.Parse(time.RFC3339, c.from)
		to, err2 := time.Parse(time.RFC3339, c.to)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if open := schedule.Between(from, to); open != c.want {
			t.Errorf("%s: %s of it are open; want %s", name, open, c.want)
		}
	}
}
