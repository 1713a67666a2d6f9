package sweeper

import (
	"container/heap"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// maxRecorded bounds the clocks of one commit.
const maxRecorded = 2_000

// idle is the longest wait between two sweeps.
const idle = time.Minute

// sweep takes in what was told, judges what that and the time have touched, and
// records what happened. It returns how long there is nothing to do.
func (s *Sweeper) sweep() time.Duration {
	began := time.Now()
	// The mark is read first: what it says is known must be among what is taken next.
	mark, heard := s.deps.Mark(), s.deps.Heard()
	ready, through, whole := s.take()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range ready {
		s.learn(t)
	}
	if whole && through >= mark.Block && mark.At.After(s.mark) {
		s.mark = mark.At
	}
	s.heard = heard
	if !s.caughtUp {
		if !whole || s.mark.Before(s.started) {
			return soon
		}
		s.caughtUp = true
		s.deps.Log.Info("clocks are judged", "clocks", len(s.clocks), "open", len(s.dirty))
	}
	now := s.deps.Now()
	s.pass(now)
	wait := idle
	for len(s.dirty) > 0 {
		if err := s.judge(now); err != nil {
			s.metrics.failures.Inc()
			s.deps.Log.Error("clocks are not recorded; it is tried again", "error", err)
			wait = again
			break
		}
	}
	s.metrics.duration.Observe(time.Since(began).Seconds())
	return min(wait, s.untilNext(now))
}

// pass marks the clocks whose time has come.
func (s *Sweeper) pass(now time.Time) {
	for _, w := range s.watches {
		for len(w.due) > 0 && !w.due[0].next.After(now) {
			k := heap.Pop(&w.due).(*kept)
			s.dirty[k.clock.Key] = true
		}
	}
}

// untilNext is how long it is until a clock has to be looked at.
func (s *Sweeper) untilNext(now time.Time) time.Duration {
	wait := idle
	for _, w := range s.watches {
		if len(w.due) > 0 {
			wait = min(wait, w.due[0].next.Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}

// judge steps dirty clocks, as many as fit into one commit, in the order of their
// keys so that the ledger is the same for the same news. Only what is recorded is
// taken over.
func (s *Sweeper) judge(now time.Time) error {
	if s.doubt {
		if err := s.reread(); err != nil {
			return err
		}
	}
	keys := make([]slo.Key, 0, len(s.dirty))
	for k := range s.dirty {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, slo.Key.Compare)
	keys = keys[:min(len(keys), maxRecorded)]
	var e entry
	next := make([]slo.Clock, len(keys))
	for i, key := range keys {
		k := s.clocks[key]
		if k == nil {
			continue
		}
		var told []slo.Transition
		next[i], told = s.step(k, now)
		if len(told) == 0 && next[i] == k.clock {
			continue
		}
		impact := k.impact()
		for j := range told {
			told[j].Impact = impact
			if told[j].Provisional && s.mark.Before(told[j].At.Add(s.cfg.Transit)) {
				told[j].Impact.Source = "" // it is the house that is behind, not the source
			}
		}
		e.clocks, e.told = append(e.clocks, next[i]), append(e.told, told...)
	}
	if len(e.clocks) > 0 {
		if err := s.ledger.record(&e); err != nil {
			s.doubt = true
			return err
		}
	}
	for i, key := range keys {
		if k := s.clocks[key]; k != nil {
			s.adopt(k, next[i], now)
		}
		delete(s.dirty, key)
	}
	s.metrics.told(e.told)
	return nil
}

// step judges one clock by what is known now.
func (s *Sweeper) step(k *kept, now time.Time) (slo.Clock, []slo.Transition) {
	rule := s.watch(k.clock.SLA).rule
	if rule == nil {
		if !k.clock.Open() {
			return k.clock, nil
		}
		return slo.Withdraw(k.clock, now)
	}
	if len(k.parts) == 0 && !k.clock.Open() {
		return k.clock, nil // its evidence has had its time; what it came to stands
	}
	return rule.Step(k.clock, k.facts(), s.moment(rule, now))
}

// lag is how long what a rule's closing source says is given to arrive.
func (s *Sweeper) lag(r *slo.Rule) time.Duration {
	return s.cfg.Transit + time.Duration(s.cat.Source(r.ClosingSource).Lag)
}

// moment says when a rule's clocks are judged, and up to when its closing source
// has told all: no further than the house has read, and than the source's
// heartbeat and known lag allow.
func (s *Sweeper) moment(r *slo.Rule, now time.Time) slo.Moment {
	source, lag := s.cat.Source(r.ClosingSource), s.lag(r)
	m := slo.Moment{Now: now, Watermark: s.mark.Add(-lag), Patience: s.cfg.Patience + lag}
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

// adopt takes over what was recorded of a clock.
func (s *Sweeper) adopt(k *kept, next slo.Clock, now time.Time) {
	w := s.watch(next.SLA)
	w.count(k, -1)
	k.clock = next
	w.count(k, 1)
	w.plan(k, now)
	if len(k.parts) == 0 && next.State == slo.Pending {
		delete(s.clocks, next.Key) // nothing was ever told of it
	}
}

// learn takes in what was told of one execution.
func (s *Sweeper) learn(t told) {
	if t.anew != nil {
		s.begin(t.anew)
		return
	}
	for _, key := range s.inRef[t.ref] {
		if k := s.clocks[key]; k != nil {
			delete(k.parts, t.ref)
			s.dirty[key] = true
		}
	}
	var keys []slo.Key
	for sla, parts := range t.parts {
		for _, p := range parts {
			key := slo.Key{SLA: sla, Subject: p.Subject}
			for _, a := range p.Aliases {
				s.merge(slo.Key{SLA: sla, Subject: a}, key)
			}
			k := s.clocks[key]
			if k == nil {
				k = s.keep(slo.Clock{Tenant: s.cfg.Tenant, Key: key, State: slo.Pending})
			}
			k.parts[t.ref] = p
			s.dirty[key] = true
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		s.inRef[t.ref] = keys
	} else {
		delete(s.inRef, t.ref)
	}
}

// begin forgets what was told and takes the rules of a catalogue.
func (s *Sweeper) begin(cat *lineage.Catalogue) {
	s.cat = cat
	for _, w := range s.watches {
		w.rule = nil
	}
	for _, r := range rulesOf(cat) {
		w := s.watch(r.Name)
		w.rule, w.lag = r, s.lag(r)
	}
	clear(s.inRef)
	for key, k := range s.clocks {
		clear(k.parts)
		s.dirty[key] = true
	}
}

// merge gives a clock the name that its subject has now, after it turned out to
// be the same as another. Nothing is told: its identity hangs on the name under
// which it started. Where both have a clock the other name's is left to end as
// one whose evidence is gone.
func (s *Sweeper) merge(from, to slo.Key) {
	old := s.clocks[from]
	if old == nil || old.clock.State == slo.Pending {
		return
	}
	if now := s.clocks[to]; now != nil && now.clock.State != slo.Pending {
		return
	}
	moved := old.clock
	moved.Key = to
	if err := s.ledger.record(&entry{clocks: []slo.Clock{moved}, gone: []slo.Key{from}}); err != nil {
		s.doubt = true
		s.deps.Log.Error("a clock keeps the name of a subject that was merged", "error", err)
		return
	}
	w := s.watch(from.SLA)
	w.count(old, -1)
	delete(s.clocks, from)
	delete(s.dirty, from)
	old.clock = moved
	if pending := s.clocks[to]; pending != nil {
		for ref, p := range pending.parts {
			old.parts[ref] = p
		}
	}
	s.clocks[to] = old
	w.count(old, 1)
}
