package sweeper

import (
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// taken is how much of what is told is taken in at once.
const taken = 1_000

// learnAll takes in what was told, with what the ledger has of it. The lock is given
// free while that is read. What it could not take in is taken in the next time.
func (s *Sweeper) learnAll() error {
	for len(s.backlog) > 0 {
		n := slices.IndexFunc(s.backlog, func(t told) bool { return t.anew != nil })
		switch {
		case n == 0:
			n = 1
			s.mu.Lock()
			s.begin(s.backlog[0].anew, s.backlog[0].void)
		default:
			if n < 0 {
				n = len(s.backlog)
			}
			n = min(n, taken)
			rows, err := s.fetch(s.backlog[:n])
			if err != nil {
				return err
			}
			s.mu.Lock()
			s.install(rows)
			for i := range n {
				s.learn(&s.backlog[i])
			}
		}
		s.leaveIdle()
		s.mu.Unlock()
		clear(s.backlog[:n])
		s.backlog = s.backlog[n:]
	}
	s.backlog = nil
	return nil
}

// learn takes in what was told of one execution.
func (s *Sweeper) learn(t *told) {
	if t.forget {
		s.letGo(t.ref)
		return
	}
	x := s.holding(t.ref)
	before := x.keys
	x.keys, x.gone, x.part = nil, false, false
	for sla, parts := range t.parts {
		for i := range parts {
			h := s.hold(slo.Key{SLA: sla, Subject: parts[i].Subject})
			if len(h.parts) == 0 {
				h.since = s.deps.Now()
			}
			if h.take(x, parts[i]) {
				s.unsaved[h.key] = true
			}
			s.dirty[h.key] = true
			x.keys = append(x.keys, h)
		}
	}
	for _, h := range before {
		if slices.Contains(x.keys, h) {
			continue
		}
		if t.cut { // it may be there all the same, beyond the cap
			x.keys = append(x.keys, h)
			continue
		}
		h.drop(x)
		s.dirty[h.key], s.unsaved[h.key] = true, true
		for _, bearer := range s.merged.into[h.key] { // the record may be its own now
			s.dirty[bearer.key] = true
		}
	}
	for _, keys := range [...][]*held{before, x.keys} {
		for _, h := range keys {
			s.follow(h)
		}
	}
	if len(before)+len(x.keys) > 0 && s.telling.by == s.cat.Hash() { // otherwise all is told again after a kill
		s.ahead[t.ref] = s.block
	}
	if len(x.keys) == 0 {
		delete(s.inRef, t.ref)
	}
}

// hold returns what memory has of a key.
func (s *Sweeper) hold(key slo.Key) *held {
	h := s.held[key]
	if h == nil {
		h = &held{key: key, at: -1}
		s.held[key] = h
	}
	return h
}

// begin takes the rules of a catalogue, and forgets what was told. By the same catalogue
// what was told of executions that are let go of stays, and at a start that is all there
// is: it would be the same, and what was judged by it is as it would be judged.
func (s *Sweeper) begin(cat *lineage.Catalogue, void bool) {
	s.cat = cat
	for _, w := range s.watches {
		w.rule = nil
	}
	for _, r := range rulesOf(cat) {
		w := s.watch(r.Name)
		w.rule, w.lag = r, s.lag(r)
	}
	if cat.Hash() == s.telling.by && !void {
		for ref, x := range s.inRef {
			if !x.gone {
				s.learn(&told{ref: ref})
			}
		}
		return
	}
	s.tell(telling{number: s.telling.number + 1})
	clear(s.inRef)
	clear(s.unsaved)
	s.saving = nil
	s.merged = newMerged()
	for key, h := range s.held {
		h.parts = nil
		if s.idle = append(s.idle, h); h.body != "" {
			s.dirty[key] = true
		}
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
		h := s.held[key]
		if !h.told() {
			continue
		}
		c := h.clock()
		if c == nil { // is there a record under one of its other names?
			for _, other := range h.aliases() {
				if o := s.held[other]; o != nil && o.body != "" && !o.told() {
					move(other, key)
				}
			}
			continue
		}
		if c.Origin != key.Subject && !c.Origin.IsZero() && !h.knows(c.Origin) {
			// It is another object's again, which was one with this for a while.
			own := slo.Key{SLA: key.SLA, Subject: c.Origin}
			if o := s.held[own]; o == nil || o.body == "" {
				move(key, own)
			}
		}
	}
	return moves
}

// settle gives records the names that their subjects have now. Nothing is told of that: a
// clock's identity hangs on the name under which it started. In the same commit both are
// judged, for a row is written with what it was judged by.
func (s *Sweeper) settle(keys []slo.Key, now time.Time) error {
	rows, err := s.fetchOrigins(keys)
	if err != nil {
		return err
	}
	s.install(rows)
	moves := s.renames(keys)
	if len(moves) == 0 {
		return nil
	}
	var moved []slo.Key
	for _, m := range moves {
		c := s.held[m.from].clock()
		c.Key = m.to
		s.put(m.from, nil)
		s.put(m.to, c)
		s.dirty[m.from], s.dirty[m.to] = true, true
		s.unsaved[m.from], s.unsaved[m.to] = true, true
		moved = append(moved, m.from, m.to)
	}
	return s.judgeSome(moved, now, true)
}
