package lineage

import "time"

// Date is a day, written like 2026-12-31, in YAML and JSON alike. It begins at
// midnight UTC. The zero Date is none.
type Date struct{ day time.Time }

// UnmarshalText reads "2026-12-31".
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	day, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return Errorf(Invalid, "", "%q is no date; write it like 2026-12-31", clip(string(text)))
	}
	d.day = day
	return nil
}

// MarshalText writes "2026-12-31", and nothing for no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.day.Format(time.DateOnly)
}

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d.day.IsZero() }

// Passed tells whether the day has begun. No date ever does.
func (d Date) Passed(now time.Time) bool { return !d.IsZero() && !now.Before(d.day) }

// Before tells whether d comes before another date; a date that is none never does.
func (d Date) Before(e Date) bool { return !d.IsZero() && d.day.Before(e.day) }
