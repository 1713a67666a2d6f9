package sweeper

import (
	"context"
	"maps"
	"slices"
	"time"

	"throughline/slo"
)

const (
	maxRecorded = 2_000                  // clocks in one commit
	idle        = time.Minute            // the longest wait between two sweeps
	soon        = 100 * time.Millisecond // between looks at what is still on its way
	again       = time.Second            // between looks at what is provisional
	longest     = 30 * time.Second       // between tries to record, while that fails
)

// sweep takes in what was told, judges what that and the time have touched, and
// records what happened. It returns how long there is nothing to do.
func (s *Sweeper) sweep(ctx context.Context) time.Duration {
	began := time.Now()
	// The mark is read first: what it says is known must be among what is taken next.
	mark, heard := s.deps.Mark(), s.deps.Heard()
	ready, through, whole := s.take()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range ready {
		s.learn(t)
	}
	known := whole && through >= mark.Block && mark.At.After(s.mark)
	if known {
		s.mark = mark.At
	}
	s.heard = heard
	now := s.deps.Now()
	s.pulse.beat(life{alive: now, trusted: s.trusted(now, now)})
	if !s.caughtUp {
		if !whole || s.mark.Before(s.started) {
			return soon
		}
		s.caughtUp = true
		s.deps.Log.Info("deadlines are judged", "clocks", len(s.clocks))
	}
	if now.Before(s.notBefore) {
		return s.notBefore.Sub(now)
	}
	for _, w := range s.watches {
		if w.rule != nil {
			w.pass(s.moment(w.rule, now), known, func(k slo.Key) { s.dirty[k] = true })
		}
	}
	if err := s.judge(ctx, now); err != nil {
		s.patience = min(max(2*s.patience, time.Second), longest)
		s.notBefore = now.Add(s.patience)
		s.metrics.failures.WithLabelValues("record").Inc()
		s.deps.Log.Error("clocks are not recorded; it is tried again", "error", err, "retry_in", s.patience)
		return s.patience
	}
	s.patience = 0
	s.metrics.duration.Observe(time.Since(began).Seconds())
	wait := idle
	for _, w := range s.watches {
		wait = min(wait, w.until(now))
	}
	return max(wait, time.Millisecond)
}

// judge steps the dirty clocks in the order of their keys, so that the ledger is the
// same for the same news, and commit by commit, so that nobody waits long for one.
func (s *Sweeper) judge(ctx context.Context, now time.Time) error {
	if err := s.reread(); err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(s.dirty), slo.Key.Compare)
	if err := s.settle(keys); err != nil {
		return err
	}
	keys = slices.SortedFunc(maps.Keys(s.dirty), slo.Key.Compare)
	for chunk := range slices.Chunk(keys, maxRecorded) {
		if ctx.Err() != nil {
			return nil // what is dirty is found again at the next start
		}
		if err := s.judgeSome(chunk, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) judgeSome(keys []slo.Key, now time.Time) error {
	var e entry
	for _, key := range keys {
		if clock, told, changed := s.step(key, now); changed {
			e.clocks, e.told = append(e.clocks, clock), append(e.told, told...)
		}
	}
	if err := s.record(&e); err != nil {
		return err
	}
	for i := range e.clocks {
		s.put(e.clocks[i].Key, &e.clocks[i])
	}
	for _, key := range keys {
		delete(s.dirty, key)
	}
	s.metrics.told(e.told)
	return nil
}

// record commits an entry. The lock is given free meanwhile: nobody else changes
// anything, and pages need not wait for a disk.
func (s *Sweeper) record(e *entry) error {
	if len(e.clocks)+len(e.gone) == 0 {
		return nil
	}
	s.mu.Unlock()
	err := s.ledger.record(e)
	s.mu.Lock()
	if err != nil { // it is not known whether it is there
		s.doubt = append(s.doubt, e.gone...)
		for i := range e.clocks {
			s.doubt = append(s.doubt, e.clocks[i].Key)
		}
	}
	return err
}

// step judges one clock by what is known now.
func (s *Sweeper) step(key slo.Key, now time.Time) (clock slo.Clock, told []slo.Transition, changed bool) {
	was := slo.Clock{Tenant: s.cfg.Tenant, Key: key, State: slo.Pending}
	if k := s.clocks[key]; k != nil {
		was = k.clock
	}
	rule, sub := s.watch(key.SLA).rule, s.said[key]
	if sub == nil && was.AtRisk() {
		sub = s.said[s.merged.into[key]]
	}
	switch {
	case (rule == nil || sub == nil) && !was.Open():
		return was, nil, false // its evidence has had its time; what it came to stands
	case rule == nil || sub == nil:
		clock, told = slo.Withdraw(was, now)
	case sub.cut() && was.State != slo.Pending && !was.Open():
		return was, nil, false // what took it back may merely be beyond the cap
	default:
		at := s.moment(rule, now)
		at.Known = sub.since
		clock, told = rule.Step(was, sub.facts(), at)
	}
	if sub != nil {
		told = s.explain(&clock, told, sub.impact(), now)
	}
	return clock, told, len(told) > 0 || clock != was && clock.State != slo.Pending
}

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
