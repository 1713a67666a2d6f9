package sweeper

import (
	"os"
	"path/filepath"
	"time"
)

// After a start those who send are given time to come back. They double their waits
// while nobody answers, so the first try after we are back may be as late as we were
// away, and what has piled up takes its time; until then what they hold looks like
// what never happened.
const (
	leastSettle = 15 * time.Second
	mostSettle  = 5 * time.Minute
)

// beatEvery is how exactly the end of a life is known.
const beatEvery = 5 * time.Second

// pulse tells the next life of the house of this one, by a small file: its time is
// until when the house was there, and what is written in it is the time up to which
// those who send had told all, as long as that is another. Nobody waits for the disk:
// when it says too little, the next life waits longer for those who send.
type pulse struct {
	path    string
	last    time.Time
	trusted time.Time // as it is written; zero: nothing is
	begun   bool
}

// life is what a pulse tells.
type life struct {
	alive   time.Time // until when the house was there, at least
	trusted time.Time // a life that ended before those who send were back adds nothing to it
}

func newPulse(dir string) *pulse { return &pulse{path: filepath.Join(dir, "slo.alive")} }

// before returns the life before this one; the zero life when there was none.
func (p *pulse) before() life {
	info, err := os.Stat(p.path)
	if err != nil {
		return life{}
	}
	l := life{info.ModTime(), info.ModTime()}
	if raw, err := os.ReadFile(p.path); err == nil && len(raw) > 0 {
		if t, err := time.Parse(time.RFC3339Nano, string(raw)); err == nil {
			l.trusted = t
		}
	}
	return l
}

// beat tells of this life, now and then.
func (p *pulse) beat(l life) {
	trusted := l.trusted
	if trusted.Equal(l.alive) {
		trusted = time.Time{}
	}
	if p.begun && trusted.Equal(p.trusted) && l.alive.Sub(p.last) < beatEvery {
		return
	}
	if !p.begun || !trusted.Equal(p.trusted) {
		var text []byte
		if !trusted.IsZero() {
			text = trusted.UTC().AppendFormat(nil, time.RFC3339Nano)
		}
		if os.WriteFile(p.path, text, 0o600) != nil {
			return
		}
		p.begun, p.trusted = true, trusted
	}
	if os.Chtimes(p.path, l.alive, l.alive) == nil {
		p.last = l.alive
	}
}

// settling returns how long senders are given after a start.
func (l life) settling(now time.Time) time.Duration {
	if l.alive.IsZero() {
		return 0 // nobody sent to us before
	}
	return min(leastSettle+2*max(0, now.Sub(l.alive)), mostSettle)
}
