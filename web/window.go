package web

import (
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// window reads from and to. Without from it is span long; without to it goes on, and
// to is the zero time.
func (s *Server) window(a ask, span time.Duration) (from, to time.Time, err error) {
	if from, err = a.time("from"); err != nil {
		return from, to, err
	}
	if to, err = a.time("to"); err != nil {
		return from, to, err
	}
	end := to
	if to.IsZero() {
		end = s.deps.Now().UTC()
	}
	if from.IsZero() {
		from = end.Add(-span)
	}
	if to.IsZero() && !from.Before(end) {
		return from, to, lineage.Errorf(lineage.Invalid, "read request", "from is %s, which is not before now, %s; without to the window ends now", from.Format(time.RFC3339), end.Format(time.RFC3339))
	}
	if !from.Before(end) {
		return from, to, lineage.Errorf(lineage.Invalid, "read request", "from is %s, which is not before to, %s", from.Format(time.RFC3339), end.Format(time.RFC3339))
	}
	return from, to, nil
}

// The years that can be asked for: those that the store can keep.
const firstYear, lastYear = 1900, 2261

// time reads a moment of these years, as anyTime does.
func (a ask) time(name string) (time.Time, error) {
	t, err := a.anyTime(name)
	if y := t.Year(); err == nil && !t.IsZero() && (y < firstYear || y > lastYear) {
		return time.Time{}, lineage.Errorf(lineage.Invalid, "read request", "%s is in the year %d; times from %d to %d can be asked for", name, y, firstYear, lastYear)
	}
	return t, err
}

// anyTime reads a moment: with its offset, or as a date, with or without a time of day,
// in the reader's zone. Nothing is the zero time.
func (a ask) anyTime(name string) (time.Time, error) {
	text := a.Query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{view.FieldLayout, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, a.Zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, lineage.Errorf(lineage.Invalid, "read request", "%s %q is no time: write it as 2026-01-31T08:30:00Z, or as 2026-01-31 in your own zone", name, text)
}
