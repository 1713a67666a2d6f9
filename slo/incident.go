package slo

import (
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// IncidentKind says what an incident is about.
type IncidentKind string

// The kinds of incidents.
const (
	BreachIncident IncidentKind = "breach"      // one object missed its deadline
	LateIncident   IncidentKind = "source-late" // a source is behind, and deadlines have passed meanwhile
)

// IncidentState is whether an incident still stands.
type IncidentState string

// The states of an incident. Whether somebody has acknowledged it is told beside it.
const (
	Firing   IncidentState = "firing"
	Resolved IncidentState = "resolved"
)

// Resolution is why an incident does not stand any more.
type Resolution string

// The resolutions.
const (
	ByEnd          Resolution = "ended"     // what was owed came, late
	ByCorrection   Resolution = "corrected" // it was no breach
	ByCancellation Resolution = "cancelled"
	ByCatchingUp   Resolution = "caught-up" // of a late source
)

// Incident is a breach as on-call sees it. Its identity is the rule and the
// subject, so that the same breach is one incident whatever is restarted.
type Incident struct {
	ID      string
	Tenant  string
	Kind    IncidentKind
	Key     // SLA and subject; of a late source zero
	Episode int
	Source  string // of a late source: which; else the closing source
	Impact  Impact

	State      IncidentState
	StartedAt  time.Time // when the clock started
	DueAt      time.Time // the deadline
	OpenedAt   time.Time // when the breach was noticed
	LateBy     time.Duration
	ResolvedAt time.Time
	Resolution Resolution
	Told       bool // somebody was told, or will be; false for what was over when it was noticed
	Waiting    int  // of a late source: breaches that are provisional just now

	AcknowledgedAt time.Time
	Owner          string
	Comment        string

	History []Entry // oldest first, at most 50
	Version uint64  // rises with every change
}

// Entry is one line of an incident's history.
type Entry struct {
	At   time.Time
	Text string
}

// maxHistory bounds what an incident remembers.
const maxHistory = 50

// BreachID is the identity of the incident of a clock.
func BreachID(c *Clock) string {
	return fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprintf("breach %q %q %q %q %q %q %d",
		c.Tenant, c.SLA, c.Subject.Type, c.Subject.System, c.Subject.Scope, c.Subject.ID, c.Episode)))
}

// LateID is the identity of the incident of a source that is behind.
func LateID(tenant, source string) string {
	return fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprintf("late %q %q", tenant, source)))
}

// Notice is what the outside has to be told of an incident.
type Notice string

// The notices.
const (
	NoNotice Notice = ""
	Opening  Notice = "firing"
	Closing  Notice = "resolved"
)

// Note returns the incident of a transition's clock as the transition leaves it,
// and what the outside is told. old is the incident as it was, or nil. It returns
// nil when there is nothing to have an incident about: a provisional breach
// belongs to its late source, see NoteLate.
func Note(old *Incident, t *Transition) (*Incident, Notice) {
	switch {
	case t.Kind == BreachKind && !t.Provisional, t.Kind == Confirmed:
		return open(old, t)
	case old == nil || old.State == Resolved:
		return old, NoNotice
	case t.Kind == Correction:
		return old.resolve(t, ByCorrection)
	case t.Kind == EndedKind:
		return old.resolve(t, ByEnd)
	case t.Kind == CancelKind:
		return old.resolve(t, ByCancellation)
	case t.Kind == Rescheduled || t.Kind == Restarted:
		next := old.next(t.Recorded, fmt.Sprintf("the deadline is now %s", stamp(t.Due)))
		next.DueAt = t.Due
		return next, NoNotice
	default:
		return old, NoNotice
	}
}

func open(old *Incident, t *Transition) (*Incident, Notice) {
	if old != nil && old.State == Firing {
		return old, NoNotice
	}
	c := &t.Clock
	text := fmt.Sprintf("the deadline %s passed, noticed %s later", stamp(c.DueAt), c.BreachedAt.Sub(c.DueAt).Round(time.Millisecond))
	i := &Incident{ID: BreachID(c), Tenant: c.Tenant, Kind: BreachIncident, Key: c.Key, Episode: c.Episode, Source: t.Impact.Source}
	if old != nil {
		i = old.next(t.Recorded, text)
		i.ResolvedAt, i.Resolution = time.Time{}, ""
		i.AcknowledgedAt, i.Owner, i.Comment = time.Time{}, "", ""
	} else {
		i.add(t.Recorded, text)
	}
	i.State, i.Impact = Firing, t.Impact
	i.StartedAt, i.DueAt, i.OpenedAt, i.LateBy = c.StartedAt, c.DueAt, t.Recorded, c.BreachedAt.Sub(c.DueAt)
	// What ended before anybody noticed is written down, and nobody is woken for it.
	i.Told = c.Open()
	if !i.Told {
		return i, NoNotice
	}
	return i, Opening
}

func (i *Incident) resolve(t *Transition, how Resolution) (*Incident, Notice) {
	var text string
	switch how {
	case ByEnd:
		text = fmt.Sprintf("what was owed came at %s, %s after the deadline", stamp(t.At), t.At.Sub(i.DueAt).Round(time.Millisecond))
	case ByCorrection:
		text = "evidence came that the deadline was kept"
	case ByCancellation:
		text = "nothing is owed any more"
	default:
		text = "the source has caught up"
	}
	next := i.next(t.Recorded, text)
	next.State, next.ResolvedAt, next.Resolution = Resolved, t.Recorded, how
	if !i.Told {
		return next, NoNotice
	}
	return next, Closing
}

// NoteLate returns the incident of a source that is behind, after waiting
// provisional breaches hang on it, and what the outside is told.
func NoteLate(old *Incident, t *Transition, waiting int) (*Incident, Notice) {
	source := t.Impact.Source
	switch {
	case waiting == 0 && (old == nil || old.State == Resolved):
		return old, NoNotice
	case waiting == 0:
		next, notice := old.resolve(t, ByCatchingUp)
		next.Waiting = 0
		return next, notice
	case old != nil && old.State == Firing:
		next := *old
		next.Waiting, next.Version = waiting, old.Version+1
		return &next, NoNotice
	}
	next := &Incident{ID: LateID(t.Clock.Tenant, source), Tenant: t.Clock.Tenant, Kind: LateIncident, Source: source}
	text := fmt.Sprintf("%s is behind: deadlines pass that it may still have kept", source)
	if old != nil {
		next = old.next(t.Recorded, text)
		next.ResolvedAt, next.Resolution = time.Time{}, ""
		next.AcknowledgedAt, next.Owner, next.Comment = time.Time{}, "", ""
	} else {
		next.add(t.Recorded, text)
	}
	next.State, next.OpenedAt, next.Waiting, next.Told = Firing, t.Recorded, waiting, true
	next.Impact = Impact{
		Title: source + " is behind", Severity: t.Impact.Severity, Source: source,
		Runbook: "Look at the connection of the source; the breaches are confirmed or corrected once it has caught up.",
	}
	return next, Opening
}

// Acknowledge returns the incident with who looks after it. A resolved one cannot
// be acknowledged any more: Conflict.
func (i *Incident) Acknowledge(now time.Time, owner, comment string) (*Incident, error) {
	if i.State == Resolved {
		return nil, lineage.Errorf(lineage.Conflict, "acknowledge incident", "it was resolved at %s; there is nothing left to look after", stamp(i.ResolvedAt))
	}
	text := owner + " acknowledged it"
	if comment != "" {
		text += ": " + comment
	}
	next := i.next(now, text)
	next.AcknowledgedAt, next.Owner, next.Comment = now, owner, comment
	return next, nil
}

// next is a copy with one more line of history.
func (i *Incident) next(at time.Time, text string) *Incident {
	next := *i
	next.History = append([]Entry(nil), i.History...)
	next.add(at, text)
	return &next
}

func (i *Incident) add(at time.Time, text string) {
	i.History = append(i.History, Entry{at, text})
	if n := len(i.History); n > maxHistory {
		i.History = i.History[n-maxHistory:]
	}
	i.Version++
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000 UTC") }

// IncidentQuery asks for a page of incidents: firing ones first, then the newest.
type IncidentQuery struct {
	Tenant string
	State  IncidentState // empty: any
	SLA    string        // empty: any
	Limit  int           // 1 to 1000
	Cursor string        // of the page before; empty for the first
}

// IncidentPage is one page of a list. Next is empty on the last one. Firing and
// Resolved count all there are, whatever the page shows.
type IncidentPage struct {
	Incidents        []Incident
	Next             string
	Firing, Resolved int
}

// Reading is a clock with the SLA that it is judged by.
type Reading struct {
	Clock
	SLA lineage.SLA
}
