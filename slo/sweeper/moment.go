package sweeper

import (
	"time"

	"throughline/slo"
)

// explain says what transitions mean to people, and of an open breach also when
// that is known better than it was told.
func (s *Sweeper) explain(c *slo.Clock, told []slo.Transition, impact slo.Impact, now time.Time) []slo.Transition {
	told = slo.Explain(c, told, impact, now)
	for i := range told {
		if told[i].Provisional && s.mark.Before(told[i].At.Add(s.cfg.Transit)) {
			told[i].Impact.Source = "" // it is the house that is behind, not the source
		}
	}
	return told
}

// lag is how long what a rule's closing source says is given to arrive.
func (s *Sweeper) lag(r *slo.Rule) time.Duration {
	return s.cfg.Transit + time.Duration(s.cat.Source(r.ClosingSource).Lag)
}

// trusted is t, or while those who send have not come back since the start, what they
// had told before: the rest may still be with them.
func (s *Sweeper) trusted(t, now time.Time) time.Time {
	if now.Before(s.settled) && t.After(s.earlier.trusted) {
		return s.earlier.trusted
	}
	return t
}

// moment says when a rule's clocks are judged, and up to when its closing source
// has told all: no further than the house has read, and than the source's
// heartbeat and known lag allow.
func (s *Sweeper) moment(r *slo.Rule, now time.Time) slo.Moment {
	source, lag := s.cat.Source(r.ClosingSource), s.lag(r)
	m := slo.Moment{Now: now, Watermark: s.trusted(s.mark, now).Add(-lag), Patience: s.cfg.Patience + lag, Settle: leastSettle}
	if beat := time.Duration(source.Heartbeat); beat > 0 {
		if last := s.heard[r.ClosingSource]; now.Sub(last) > beat && last.Before(m.Watermark) {
			m.Watermark = last
		}
		if m.Watermark.IsZero() {
			m.Watermark = time.Unix(0, 0) // it promised to speak, and never did
		}
	}
	return m
}
