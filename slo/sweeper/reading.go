package sweeper

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"throughline/lineage"
	"throughline/slo"
)

// ClocksOf returns the clocks of objects with the SLAs that they are judged by,
// sorted by deadline, then by key. It fails with Unavailable when one that is not in
// memory cannot be read.
func (s *Sweeper) ClocksOf(_ context.Context, tenant string, objects []lineage.Object) ([]slo.Reading, error) {
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	found, away := s.readings(objects)
	if len(away) > 0 {
		keys := slices.SortedFunc(maps.Keys(away), slo.Key.Compare)
		clocks, err := s.ledger.find(keys)
		if err != nil {
			return nil, err
		}
		for i := range clocks {
			found = append(found, slo.Reading{Clock: clocks[i], SLA: away[clocks[i].Key].SLA})
		}
	}
	found = slices.DeleteFunc(found, func(r slo.Reading) bool { return r.State == slo.Pending })
	slices.SortFunc(found, func(a, b slo.Reading) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), a.Key.Compare(b.Key))
	})
	return slices.CompactFunc(found, func(a, b slo.Reading) bool { return a.Key == b.Key }), nil
}

// readings returns the clocks that are in memory, and which ones may be in the ledger.
func (s *Sweeper) readings(objects []lineage.Object) (found []slo.Reading, away map[slo.Key]*slo.Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	away = make(map[slo.Key]*slo.Rule)
	for name, w := range s.watches {
		if w.rule == nil {
			continue
		}
		for _, o := range objects {
			key := slo.Key{SLA: name, Subject: o}
			switch h := s.held[key]; {
			case h == nil && s.ledger != nil && o.Type == w.rule.Subject:
				away[key] = w.rule
			case h != nil && h.body != "":
				found = append(found, slo.Reading{Clock: *h.clock(), SLA: w.rule.SLA})
			}
		}
	}
	return found, away
}

// Figures returns what the clocks of every SLA of the catalogue come to, sorted by
// name.
func (s *Sweeper) Figures(_ context.Context, tenant string) ([]slo.Figures, error) {
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []slo.Figures
	counted := make(map[worth]bool)
	for _, name := range slices.Sorted(maps.Keys(s.watches)) {
		if w := s.watches[name]; w.rule != nil {
			all = append(all, s.figures(w, counted))
		}
	}
	return all, nil
}

// worth is an object in a flow, whose worth is counted once.
type worth struct {
	flow   string
	object lineage.Object
}

func (s *Sweeper) figures(w *watch, counted map[worth]bool) slo.Figures {
	now := s.deps.Now()
	f := slo.Figures{SLA: w.rule.SLA, Open: w.open, Window: window, AsOf: now}
	f.Met, f.Missed = w.ended.sum(now)
	for h := range w.breach {
		if h.unsure {
			f.Waiting++
			continue
		}
		f.Breached++
		if due := h.due; f.Oldest.IsZero() || due.Before(f.Oldest) {
			f.Oldest = due
		}
		var amount lineage.Money
		if h.told() {
			amount = h.impact(w.rule).Amount
			amount.Minor = max(amount.Minor, -amount.Minor) // a credit that is late is at risk as well, and offsets nothing
		}
		f.Risk.Add(amount, 1)
		if o := (worth{w.rule.Flow, h.key.Subject}); counted[o] {
			f.Repeated.Add(amount, 1)
		} else {
			counted[o] = true
		}
	}
	f.Next = w.due.after(now)
	return f
}
