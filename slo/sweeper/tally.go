package sweeper

import (
	"time"

	"throughline/slo"
)

// window is how far back kept and missed deadlines are counted.
const window = 24 * time.Hour

// tally counts the clocks that ended, by the minute of their end, so that a
// verdict can be taken back and old ones fall out.
type tally struct {
	minutes map[int64]ends
}

type ends struct{ met, missed int }

func newTally() *tally { return &tally{minutes: make(map[int64]ends)} }

func (t *tally) add(at time.Time, v slo.Verdict, by int) {
	minute := at.Unix() / 60
	e := t.minutes[minute]
	if v == slo.Breached {
		e.missed += by
	} else {
		e.met += by
	}
	t.minutes[minute] = e
}

// sum counts what ended within the window before now, and forgets what is older.
func (t *tally) sum(now time.Time) (met, missed int) {
	first := now.Add(-window).Unix() / 60
	for minute, e := range t.minutes {
		if minute < first {
			delete(t.minutes, minute)
			continue
		}
		met, missed = met+e.met, missed+e.missed
	}
	return met, missed
}
