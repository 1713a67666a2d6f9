package alerts

import "throughline/slo"

// memory is what the book holds, at hand. Only apply changes it.
type memory struct {
	seq  uint64 // place in the ledger, up to which everything is taken in
	last string // identity of the transition there

	incidents map[string]*slo.Incident // which are never changed, only replaced
	shelves   map[string]*shelf        // by tenant, for lists
	firing    map[standing]int
	waiting   map[string]*behind // clocks with a provisional breach, by the identity of their incident
	counts    map[behind]int     // of these
	outbox    []owed             // oldest first
	next      uint64             // place of the next notice
	unsaved   map[string]bool    // incidents that the store does not have
	untold    map[string]bool    // incidents that the webhook refused to hear of when they fired
}

// standing is how firing incidents are counted.
type standing struct {
	name         string
	acknowledged bool
}

func newMemory() *memory {
	return &memory{
		incidents: map[string]*slo.Incident{}, shelves: map[string]*shelf{}, firing: map[standing]int{},
		waiting: map[string]*behind{}, counts: map[behind]int{}, unsaved: map[string]bool{}, untold: map[string]bool{}, next: 1,
	}
}

func (m *memory) shelf(tenant string) *shelf {
	s := m.shelves[tenant]
	if s == nil {
		s = newShelf()
		m.shelves[tenant] = s
	}
	return s
}

// apply takes over a draft that is in the book.
func (m *memory) apply(d *draft) {
	m.seq, m.last = d.seq, d.last
	for id, i := range d.incidents {
		m.put(id, i)
		if d.marks {
			m.unsaved[id] = true
		}
	}
	for _, id := range d.forgotten {
		m.put(id, nil)
		delete(m.untold, id)
	}
	for id, b := range d.waiting {
		if b == nil {
			delete(m.waiting, id)
		} else {
			m.waiting[id] = b
		}
	}
	for b, n := range d.counts {
		if n == 0 {
			delete(m.counts, b)
		} else {
			m.counts[b] = n
		}
	}
	for _, seq := range d.settled {
		m.settle(seq)
	}
	for i := range d.notices {
		m.owe(&d.notices[i])
	}
	for id, untold := range d.untold {
		if untold {
			m.untold[id] = true
		} else {
			delete(m.untold, id)
		}
	}
	for _, id := range d.saved {
		delete(m.unsaved, id)
	}
}

// put replaces an incident; nil forgets it.
func (m *memory) put(id string, next *slo.Incident) {
	old := m.incidents[id]
	tenant := ""
	if old != nil {
		m.count(old, -1)
		tenant = old.Tenant
	}
	if next == nil {
		delete(m.incidents, id)
	} else {
		m.incidents[id] = next
		m.count(next, 1)
		tenant = next.Tenant
	}
	m.shelf(tenant).put(old, next)
}

func (m *memory) count(i *slo.Incident, by int) {
	if i.State != slo.Firing {
		return
	}
	at := standing{alertName(i), i.Owner != ""}
	m.firing[at] += by
}
