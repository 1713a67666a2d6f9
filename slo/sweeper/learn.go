package sweeper

import (
	"slices"

	"throughline/lineage"
	"throughline/slo"
)

// learn takes in what was told of one execution.
func (s *Sweeper) learn(t told) {
	if t.anew != nil {
		s.begin(t.anew)
		return
	}
	before := s.inRef[t.ref]
	var now []slo.Key
	for sla, parts := range t.parts {
		for _, p := range parts {
			key := slo.Key{SLA: sla, Subject: p.Subject}
			sub := s.said[key]
			if sub == nil {
				sub = &subject{since: s.deps.Now()}
				s.said[key] = sub
			}
			sub.take(t.ref, p)
			s.dirty[key] = true
			now = append(now, key)
		}
	}
	for _, key := range before {
		if slices.Contains(now, key) {
			continue
		}
		if t.cut { // it may be there all the same, beyond the cap
			now = append(now, key)
			continue
		}
		s.dirty[key] = true
		if sub := s.said[key]; sub != nil {
			if sub.drop(t.ref); len(sub.parts) == 0 {
				delete(s.said, key)
			}
		}
	}
	if len(now) > 0 {
		s.inRef[t.ref] = now
	} else {
		delete(s.inRef, t.ref)
	}
	for _, keys := range [...][]slo.Key{before, now} {
		for _, key := range keys {
			s.follow(key)
		}
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
	clear(s.said)
	s.merged = newMerged()
	for key := range s.clocks {
		s.dirty[key] = true
	}
}

// rename is a record that stands under another name than its subject has.
type rename struct{ from, to slo.Key }

// renames finds the records of dirty keys that have to move, because a subject
// turned out to be the same as another, or not to be. It looks at nothing but what
// is told and what is recorded, so it finds the same again after a kill.
func (s *Sweeper) renames(keys []slo.Key) []rename {
	var moves []rename
	taken := make(map[slo.Key]bool)
	move := func(from, to slo.Key) {
		if !taken[from] && !taken[to] {
			taken[from], taken[to] = true, true
			moves = append(moves, rename{from, to})
		}
	}
	for _, key := range keys {
		sub, k := s.said[key], s.clocks[key]
		switch {
		case sub == nil:
		case k == nil: // is there a record under one of its other names?
			for _, p := range sub.parts {
				for _, a := range p.Aliases {
					other := slo.Key{SLA: key.SLA, Subject: a}
					if s.clocks[other] != nil && s.said[other] == nil {
						move(other, key)
					}
				}
			}
		case k.clock.Origin != key.Subject && !k.clock.Origin.IsZero() && !sub.knows(k.clock.Origin):
			// It is another object's again, which was one with this for a while.
			if own := (slo.Key{SLA: key.SLA, Subject: k.clock.Origin}); s.clocks[own] == nil {
				move(key, own)
			}
		}
	}
	return moves
}

// settle gives records the names that their subjects have now. Nothing is told: a
// clock's identity hangs on the name under which it started.
func (s *Sweeper) settle(keys []slo.Key) error {
	moves := s.renames(keys)
	if len(moves) == 0 {
		return nil
	}
	var e entry
	for _, m := range moves {
		moved := s.clocks[m.from].clock
		moved.Key = m.to
		e.gone, e.clocks = append(e.gone, m.from), append(e.clocks, moved)
	}
	if err := s.record(&e); err != nil {
		return err
	}
	for i, m := range moves {
		s.put(m.from, nil)
		s.put(m.to, &e.clocks[i])
		s.dirty[m.from], s.dirty[m.to] = true, true
	}
	return nil
}
