package alerts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"throughline/slo"
)

// shelf keeps the incidents of one tenant as they are listed.
type shelf struct{ firing, resolved row }

func newShelf() *shelf {
	return &shelf{
		firing:   newRow(func(i *slo.Incident) time.Time { return i.OpenedAt }),
		resolved: newRow(func(i *slo.Incident) time.Time { return i.ResolvedAt }),
	}
}

func (s *shelf) row(state slo.IncidentState) *row {
	if state == slo.Resolved {
		return &s.resolved
	}
	return &s.firing
}

// put replaces an incident; either may be nil.
func (s *shelf) put(old, next *slo.Incident) {
	if old != nil {
		s.row(old.State).remove(old)
	}
	if next != nil {
		s.row(next.State).add(next)
	}
}

// row is a sorted list. What changed is sorted when somebody looks, and put into the
// rest, which is copied in long stretches: pages are drawn every second, and there
// may be 100,000 incidents.
type row struct {
	when   func(*slo.Incident) time.Time
	n      int
	sorted []*slo.Incident  // newest first, but for what is stale
	stale  map[string]stale // by identity
}

// stale is an incident that has changed: as it is in the sorted list, and as it is
// now; nil where it is not.
type stale struct{ was, now *slo.Incident }

func newRow(when func(*slo.Incident) time.Time) row {
	return row{when: when, stale: map[string]stale{}}
}

func (r *row) add(i *slo.Incident) {
	r.n++
	r.stale[i.ID] = stale{r.stale[i.ID].was, i}
}

func (r *row) remove(i *slo.Incident) {
	r.n--
	was := i
	if s, changed := r.stale[i.ID]; changed {
		was = s.was
	}
	r.stale[i.ID] = stale{was: was}
}

func (r *row) place(i *slo.Incident) place { return place{i.State, r.when(i), i.ID} }

// find returns where a place is in the sorted list, or would be.
func (r *row) find(p place) (at int, found bool) {
	return slices.BinarySearchFunc(r.sorted, p, func(i *slo.Incident, p place) int { return r.place(i).compare(p) })
}

// all returns the whole list. It must not be changed.
func (r *row) all() []*slo.Incident {
	if len(r.stale) == 0 {
		return r.sorted
	}
	type edit struct {
		at  place
		now *slo.Incident // nil: what is there goes
	}
	edits := make([]edit, 0, 2*len(r.stale))
	for _, s := range r.stale {
		if s.was != nil {
			edits = append(edits, edit{at: r.place(s.was)})
		}
		if s.now != nil {
			edits = append(edits, edit{r.place(s.now), s.now})
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.at.compare(b.at) })
	merged, done := make([]*slo.Incident, 0, r.n), 0
	for _, e := range edits {
		at, _ := r.find(e.at)
		if at > done {
			merged, done = append(merged, r.sorted[done:at]...), at
		}
		if e.now == nil {
			done = at + 1
		} else {
			merged = append(merged, e.now)
		}
	}
	r.sorted = append(merged, r.sorted[done:]...)
	clear(r.stale)
	return r.sorted
}

// behind returns what comes after a place.
func (r *row) behind(p place) []*slo.Incident {
	all := r.all()
	at, found := r.find(p)
	if found {
		at++
	}
	return all[at:]
}

// place is where an incident stands in its list. It stays what it is while others
// come and go, so a page that begins behind it repeats nothing.
type place struct {
	State slo.IncidentState `json:"s"`
	At    time.Time         `json:"t"`
	ID    string            `json:"i"`
}

// compare orders the newest first.
func (p place) compare(q place) int { return cmp.Or(q.At.Compare(p.At), strings.Compare(p.ID, q.ID)) }
