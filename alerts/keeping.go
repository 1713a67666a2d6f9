package alerts

import (
	"time"

	"throughline/slo"
)

const (
	keepEvery = time.Second
	shipped   = 1000 // incidents that the store is given at once
	pruned    = 1000 // incidents that one transaction forgets
)

// keep is the goroutine that hands changed incidents to the store, and forgets what
// was resolved long ago.
func (a *Alerts) keep() {
	away := false
	for a.pause(keepEvery) {
		for a.running.Err() == nil {
			n, err := a.ship()
			if err != nil && !away {
				a.deps.Log.Warn("incidents wait for the store; they are shown and told all the same", "error", err)
			}
			if away = err != nil; away || n < shipped {
				break
			}
		}
		a.persist("forget old incidents", a.prune)
	}
}

// ship hands the store what it does not have, at least once, and returns how many.
func (a *Alerts) ship() (int, error) {
	if a.deps.Store == nil {
		return 0, nil
	}
	incidents := a.unsaved()
	if len(incidents) == 0 {
		return 0, nil
	}
	if err := a.deps.Store.SaveIncidents(a.working, incidents); err != nil {
		return 0, err
	}
	if err := a.step("saved"); err != nil {
		return 0, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	for i := range incidents {
		id := incidents[i].ID
		if now := a.memory.incidents[id]; now == nil || now.Version == incidents[i].Version {
			d.saved = append(d.saved, id)
		}
	}
	return len(incidents), a.commit(d)
}

// unsaved returns incidents that the store does not have as they are now.
func (a *Alerts) unsaved() []slo.Incident {
	a.mu.Lock()
	defer a.mu.Unlock()
	incidents := make([]slo.Incident, 0, min(len(a.memory.unsaved), shipped))
	for id := range a.memory.unsaved {
		if len(incidents) == shipped {
			break
		}
		if i := a.memory.incidents[id]; i != nil {
			incidents = append(incidents, *i)
		}
	}
	return incidents
}

// prune forgets resolved incidents of which there are too many, or which are too
// old, once the store has them. What fires is never forgotten.
func (a *Alerts) prune() error {
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	a.mu.Lock()
	for _, s := range a.memory.shelves {
		d.forgotten = append(d.forgotten, a.memory.old(s, a.cfg.Keep, a.deps.Now().Add(-a.cfg.KeepFor))...)
	}
	a.mu.Unlock()
	if len(d.forgotten) == 0 {
		return nil
	}
	return a.commit(d)
}

// old returns what a shelf need not keep, the oldest first.
func (m *memory) old(s *shelf, most int, since time.Time) []string {
	var ids []string
	all := s.resolved.all()
	for n := len(all) - 1; n >= 0 && len(ids) < pruned; n-- {
		i := all[n]
		if n < most && !i.ResolvedAt.Before(since) {
			break
		}
		if !m.unsaved[i.ID] {
			ids = append(ids, i.ID)
		}
	}
	return ids
}
