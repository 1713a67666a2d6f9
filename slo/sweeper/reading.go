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
// sorted by deadline, then by key.
func (s *Sweeper) ClocksOf(_ context.Context, tenant string, objects []lineage.Object) ([]slo.Reading, error) {
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []slo.Reading
	for name, w := range s.watches {
		if w.rule == nil {
			continue
		}
		for _, o := range objects {
			if k := s.clocks[slo.Key{SLA: name, Subject: o}]; k != nil && k.clock.State != slo.Pending {
				found = append(found, slo.Reading{Clock: k.clock, SLA: w.rule.SLA})
			}
		}
	}
	slices.SortFunc(found, func(a, b slo.Reading) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), a.Key.Compare(b.Key))
	})
	return slices.CompactFunc(found, func(a, b slo.Reading) bool { return a.Key == b.Key }), nil
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
	for _, k := range w.breach {
		if k.clock.Provisional {
			f.Waiting++
			continue
		}
		f.Breached++
		if due := k.clock.DueAt; f.Oldest.IsZero() || due.Before(f.Oldest) {
			f.Oldest = due
		}
		var amount lineage.Money
		if sub := s.said[k.clock.Key]; sub != nil {
			amount = sub.impact().Amount
			amount.Minor = max(amount.Minor, -amount.Minor) // a credit that is late is at risk as well, and offsets nothing
		}
		f.Risk.Add(amount, 1)
		if o := (worth{w.rule.Flow, k.clock.Subject}); counted[o] {
			f.Repeated.Add(amount, 1)
		} else {
			counted[o] = true
		}
	}
	f.Next = w.due.after(now)
	return f
}
