package alerts

import (
	"strconv"
	"time"

	"throughline/slo"
)

// draft is a change on its way into the book: what one transaction holds. What it
// leaves out stays as the memory has it. Nothing of it is so before it is written.
type draft struct {
	from *memory

	incidents map[string]*slo.Incident
	forgotten []string           // incidents that are pruned
	waiting   map[string]*behind // by clock; nil: it waits no longer
	counts    map[behind]int     // of those that wait, where they changed
	late      []lateness         // sources whose count changed, in order
	notices   []notice           // to go into the outbox
	settled   []uint64           // places of the outbox that are dealt with
	untold    map[string]bool    // incidents that the webhook refused to hear of; false: not any more
	saved     []string           // incidents that the store has
	marks     bool               // whether what changes has to reach a store

	seq     uint64 // place in the ledger
	last    string // identity of the transition there
	changes []change
}

// behind names a source that is behind.
type behind struct{ Tenant, Source string }

// lateness is a source whose count changed, and the last transition that changed it.
type lateness struct {
	behind
	by slo.Transition
}

// notice is something that the outside has to be told, as it was when it came to
// be: told again later it says the same.
type notice struct {
	Kind     slo.Notice        `json:"kind"`
	At       time.Time         `json:"at"`
	Incident slo.Incident      `json:"incident"`
	Labels   map[string]string `json:"labels,omitempty"` // of what is resolved: those with which it fired; nil: as the incident has them
	seq      uint64            // place in the outbox
}

// key is what a receiver knows a notice by that it gets twice.
func (n *notice) key() string {
	return n.Incident.ID + ":" + strconv.FormatUint(n.Incident.Version, 10)
}

// change is an incident that opened or was resolved, for the log and the counters.
type change struct {
	incident         *slo.Incident
	opened, resolved bool
}

func (a *Alerts) draft() *draft {
	m := a.memory
	return &draft{
		from: m, seq: m.seq, last: m.last, marks: a.deps.Store != nil,
		incidents: map[string]*slo.Incident{}, waiting: map[string]*behind{}, counts: map[behind]int{},
		untold: map[string]bool{},
	}
}

// incident is one as the draft leaves it, or nil.
func (d *draft) incident(id string) *slo.Incident {
	if i, changed := d.incidents[id]; changed {
		return i
	}
	return d.from.incidents[id]
}

// take notes a transition: in the incident of its clock, and in what waits for a
// source that is behind.
func (d *draft) take(t *slo.Transition, owes bool, now time.Time) {
	id := slo.BreachID(&t.Clock)
	old := d.incident(id)
	next, told := slo.Note(old, t)
	d.put(old, next, told, owes, now)
	d.wait(id, t)
	d.seq, d.last = t.Seq, t.ID
}

// wait keeps a clock waiting exactly while it is open with a provisional breach. It
// leaves the source that it came to, whatever the SLA says by then.
func (d *draft) wait(id string, t *slo.Transition) {
	was, waits := d.waitsFor(id), t.Clock.Open() && t.Clock.Verdict == slo.Breached && t.Clock.Provisional
	if (was != nil) == waits {
		return
	}
	if !waits {
		d.waiting[id] = nil
		d.count(*was, -1, t)
		return
	}
	source := behind{t.Clock.Tenant, t.Impact.Source}
	if source.Source == "" {
		source.Source = slo.OwnSource
	}
	d.waiting[id] = &source
	d.count(source, 1, t)
}

func (d *draft) waitsFor(id string) *behind {
	if b, changed := d.waiting[id]; changed {
		return b
	}
	return d.from.waiting[id]
}

func (d *draft) count(b behind, by int, t *slo.Transition) {
	n, changed := d.counts[b]
	if !changed {
		n = d.from.counts[b]
		d.late = append(d.late, lateness{behind: b})
	}
	d.counts[b] = n + by
	for i := range d.late {
		if d.late[i].behind == b {
			d.late[i].by = *t
			d.late[i].by.Impact.Source = b.Source
		}
	}
}

// takeLate notes the sources whose count changed, once for all that the draft took:
// what came and went within it is no news.
func (d *draft) takeLate(owes bool, now time.Time) {
	for i := range d.late {
		l := &d.late[i]
		old := d.incident(slo.LateID(l.Tenant, l.Source))
		next, told := slo.NoteLate(old, &l.by, d.counts[l.behind])
		d.put(old, next, told, owes, now)
	}
}

// put replaces an incident, and owes the outside what it is told of it.
func (d *draft) put(old, next *slo.Incident, told slo.Notice, owes bool, now time.Time) {
	if next == old {
		return
	}
	d.incidents[next.ID] = next
	c := change{
		incident: next,
		opened:   old == nil || old.State == slo.Resolved,
		resolved: next.State == slo.Resolved,
	}
	if c.opened || c.resolved {
		d.changes = append(d.changes, c)
	}
	if told != slo.NoNotice && owes {
		d.notices = append(d.notices, notice{Kind: told, At: now, Incident: *next, seq: d.from.next + uint64(len(d.notices))})
	}
}
