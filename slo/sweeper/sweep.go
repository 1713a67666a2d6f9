package sweeper

import (
	"context"
	"maps"
	"slices"
	"time"

	"throughline/lineage"
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
	s.block = through
	waits := len(s.backlog) > 0 && s.deps.Now().Before(s.notBefore)
	s.backlog = append(s.backlog, ready...)
	if waits {
		return s.notBefore.Sub(s.deps.Now())
	}
	err := s.learnAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		return s.later(err)
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
		s.deps.Log.Info("deadlines are judged", "clocks", len(s.held))
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
		return s.later(err)
	}
	if err := s.keep(now, through); err != nil {
		return s.later(err)
	}
	s.patience = 0
	s.shrink()
	s.metrics.duration.Observe(time.Since(began).Seconds())
	wait := idle
	if s.saving != nil {
		wait = 0
	}
	for _, w := range s.watches {
		wait = min(wait, w.until(now))
	}
	return max(wait, time.Millisecond)
}

// later has it tried again, later and later.
func (s *Sweeper) later(err error) time.Duration {
	s.patience = min(max(2*s.patience, time.Second), longest)
	s.notBefore = s.deps.Now().Add(s.patience)
	s.metrics.failures.WithLabelValues("record").Inc()
	s.deps.Log.Error("clocks are not recorded; it is tried again", "error", err, "retry_in", s.patience)
	return s.patience
}

// judge steps the dirty clocks in the order of their keys, so that the ledger is the
// same for the same news, and commit by commit, so that nobody waits long for one.
func (s *Sweeper) judge(ctx context.Context, now time.Time) error {
	if err := s.reread(); err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(s.dirty), slo.Key.Compare)
	if err := s.settle(keys, now); err != nil {
		return err
	}
	keys = slices.SortedFunc(maps.Keys(s.dirty), slo.Key.Compare)
	for chunk := range slices.Chunk(keys, s.cfg.atOnce) {
		if ctx.Err() != nil {
			return nil // what is dirty is found again at the next start
		}
		if err := s.judgeSome(chunk, now, false); err != nil {
			return err
		}
	}
	s.leaveIdle()
	s.dirty = make(map[slo.Key]bool) // one that has held a lot never becomes smaller
	return nil
}

// judgeSome judges some clocks, and records those that have changed with what is told of
// their subjects; all of them when they have moved.
func (s *Sweeper) judgeSome(keys []slo.Key, now time.Time, moved bool) error {
	var e entry
	var clocks []slo.Clock
	var judged []*held
	for _, key := range keys {
		h := s.held[key]
		if h == nil {
			continue
		}
		judged = append(judged, h)
		clock, told, changed := s.step(h, now)
		switch {
		case changed:
			e.keep(h.row(&clock, s.telling.number))
			clocks, e.told = append(clocks, clock), append(e.told, told...)
		case moved:
			e.keep(h.row(h.clock(), s.telling.number))
		}
	}
	if err := s.record(&e); err != nil {
		return err
	}
	for i := range clocks {
		s.put(clocks[i].Key, &clocks[i])
	}
	for _, r := range e.rows {
		delete(s.unsaved, r.key)
	}
	for _, key := range e.gone {
		delete(s.unsaved, key)
	}
	for _, key := range keys {
		delete(s.dirty, key)
	}
	s.metrics.told(e.told)
	s.leaveAll(judged)
	return nil
}

// record commits an entry. The lock is given free meanwhile: nobody else changes
// anything, and pages need not wait for a disk.
func (s *Sweeper) record(e *entry) error {
	if len(e.rows)+len(e.gone) == 0 && e.telling == (telling{}) {
		return nil
	}
	if e.telling == (telling{}) {
		e.telling = s.telling
	}
	e.minute = minuteOf(s.deps.Now().Add(-window))
	e.ahead, e.settled = s.ahead, s.floor.Load()
	s.mu.Unlock()
	err := s.ledger.record(e)
	s.mu.Lock()
	if err == nil && len(s.ahead) > 0 {
		s.ahead = make(map[lineage.ExecutionRef]uint64)
	}
	if err != nil { // it is not known whether it is there
		s.doubt = append(s.doubt, e.gone...)
		for _, r := range e.rows {
			s.doubt = append(s.doubt, r.key)
		}
	}
	return err
}

// step judges one clock by what is known now.
func (s *Sweeper) step(h *held, now time.Time) (clock slo.Clock, told []slo.Transition, changed bool) {
	was := slo.Clock{Tenant: s.cfg.Tenant, Key: h.key, State: slo.Pending}
	if c := h.clock(); c != nil {
		was = *c
	}
	rule, sub := s.watch(h.key.SLA).rule, h
	if !sub.told() && was.AtRisk() {
		sub = s.merged.of(h.key)
	}
	switch {
	case (rule == nil || !sub.told()) && !was.Open():
		return was, nil, false // its evidence has had its time; what it came to stands
	case rule == nil || !sub.told():
		clock, told = slo.Withdraw(was, now)
	case sub.cut() && was.State != slo.Pending && !was.Open():
		return was, nil, false // what took it back may merely be beyond the cap
	default:
		at := s.moment(rule, now)
		at.Known = sub.since
		clock, told = rule.Step(was, sub.facts(), at)
		if sub != h && clock.Open() && !clock.AtRisk() { // it is no breach any more that has to end by itself
			var more []slo.Transition
			clock, more = slo.Withdraw(clock, now)
			told = append(told, more...)
		}
	}
	if sub.told() {
		told = s.explain(&clock, told, sub.impact(rule), now)
	}
	return clock, told, len(told) > 0 || clock.State != slo.Pending && body(&clock) != h.body
}
