package slo

import (
	"fmt"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
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
	ByWithdrawal   Resolution = "withdrawn" // the promise was
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
	Told       bool // somebody was told, or will be; false for what was over when it was noticed, and for what was noticed after History
	Waiting    int  // of a late source: breaches that are provisional just now

	AcknowledgedAt time.Time
	Owner          string
	Comment        string

	History []Entry // oldest first, at most 50
	Version uint64  // rises with every change, also of an incident that was forgotten and begins anew
}

// Entry is one line of an incident's history.
type Entry struct {
	At   time.Time
	Text string
}

// maxHistory bounds what an incident remembers.
const maxHistory = 50

// OwnSource stands for the source that an SLA does not name: what is behind then
// is the house itself.
const OwnSource = "throughline"

// BreachID is the identity of the incident of a clock. It follows the clock's
// origin, so that a subject that gets another name keeps its incident.
func BreachID(c *Clock) string {
	o := c.Origin
	if o.IsZero() {
		o = c.Subject
	}
	return fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprintf("breach %q %q %q %q %q %q %d",
		c.Tenant, c.SLA, o.Type, o.System, o.Scope, o.ID, c.Episode)))
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
// belongs to its late source, see NoteLate. After all that one step has told, the
// incident fires exactly when its clock is at risk.
func Note(old *Incident, t *Transition) (*Incident, Notice) {
	switch {
	case t.Kind == BreachKind && !t.Provisional, t.Kind == Confirmed, t.Kind == Reopened && t.Clock.AtRisk():
		return open(old, t)
	case old == nil || old.State == Resolved:
		return old, NoNotice
	case t.Kind == Correction:
		return old.resolve(t, ByCorrection)
	case t.Kind == EndedKind:
		return old.resolve(t, ByEnd)
	case t.Kind == CancelKind:
		return old.resolve(t, ByCancellation)
	case t.Kind == Withdrawn:
		return old.resolve(t, ByWithdrawal)
	case t.Kind == Explained:
		return old.explain(t), NoNotice
	case t.Kind == Rescheduled, t.Kind == Restarted, t.Kind == ResumedKind:
		return old.move(t), NoNotice
	default:
		return old, NoNotice
	}
}

// History is how late a breach may be noticed and still have somebody told. Beyond
// it evidence of another time was brought in, such as an old log: its open breaches
// are listed and counted, and nobody is woken for each of them.
const History = 7 * 24 * time.Hour

// open makes an incident fire. What ended before anybody noticed is written down
// as resolved at once, and nobody is woken for it: its clock may have told its end
// long ago, so that nothing else would ever resolve it.
func open(old *Incident, t *Transition) (*Incident, Notice) {
	if old != nil && old.State == Firing {
		return old, NoNotice
	}
	c := &t.Clock
	i := &Incident{ID: BreachID(c), Tenant: c.Tenant, Kind: BreachIncident, Episode: c.Episode}
	if old != nil {
		i = old.afresh()
	}
	text := fmt.Sprintf("the deadline %s passed, noticed %s later", stamp(c.DueAt), short(c.BreachedAt.Sub(c.DueAt)))
	if t.Kind == Reopened {
		text = fmt.Sprintf("what had ended it was taken back, and the deadline %s has passed", stamp(c.DueAt))
	}
	i.add(t.Recorded, text)
	i.Key, i.Source, i.Impact = c.Key, t.Impact.Source, t.Impact
	i.StartedAt, i.DueAt, i.OpenedAt, i.LateBy = c.StartedAt, c.DueAt, t.Recorded, c.BreachedAt.Sub(c.DueAt)
	i.State, i.Told = Firing, c.Open() && i.LateBy <= History
	switch {
	case i.Told:
		return i, Opening
	case c.Open():
		i.write(t.Recorded, fmt.Sprintf("nobody is told: it was noticed more than %d days late, so it is history that was brought in", History/(24*time.Hour)))
		return i, NoNotice
	}
	end := Transition{At: c.EndedAt, Recorded: t.Recorded, Clock: *c}
	if c.State == Cancelled {
		return i.resolve(&end, ByCancellation)
	}
	return i.resolve(&end, ByEnd)
}

// explain takes over what a breach means, now that more of it is known. Who was told
// that it fires finds it on the page; nobody is told again.
func (i *Incident) explain(t *Transition) *Incident {
	text := "it sticks at " + t.Impact.Stage
	if t.Impact.Reason != "" {
		text += ": " + t.Impact.Reason
	}
	next := i.next(t.Recorded, text)
	next.Impact = t.Impact
	return next
}

// move takes over a deadline that is another by evidence that came late. It has
// passed all the same, or the breach would be corrected.
func (i *Incident) move(t *Transition) *Incident {
	if t.Due.IsZero() || t.Due.Equal(i.DueAt) {
		return i
	}
	next := i.next(t.Recorded, fmt.Sprintf("the deadline is now %s", stamp(t.Due)))
	next.Key, next.Impact, next.StartedAt, next.DueAt = t.Clock.Key, t.Impact, t.Clock.StartedAt, t.Due
	return next
}

func (i *Incident) resolve(t *Transition, how Resolution) (*Incident, Notice) {
	var text string
	switch {
	case how == ByEnd:
		text = fmt.Sprintf("what was owed came at %s, %s after the deadline", stamp(t.At), short(t.At.Sub(i.DueAt)))
	case how == ByCorrection && t.Clock.Open():
		text = fmt.Sprintf("the deadline is now %s, which has not passed", stamp(t.Clock.DueAt))
	case how == ByCorrection && !t.Clock.DueAt.Equal(i.DueAt):
		text = fmt.Sprintf("the deadline is now %s, and was kept", stamp(t.Clock.DueAt))
	case how == ByCorrection:
		text = "evidence came that the deadline was kept"
	case how == ByCancellation:
		text = "nothing is owed any more"
	case how == ByWithdrawal:
		text = "the promise was withdrawn: its SLA is gone from the catalogue, or what had started it was taken back"
	default:
		text = "no deadline waits for the source any more"
	}
	next := i.next(t.Recorded, text)
	next.State, next.ResolvedAt, next.Resolution = Resolved, t.Recorded, how
	if i.Kind == BreachIncident {
		next.Key = t.Clock.Key
	}
	if !i.Told {
		return next, NoNotice
	}
	return next, Closing
}

// NoteLate returns the incident of a source that is behind, after waiting
// provisional breaches hang on it, and what the outside is told. An SLA that names
// no source waits for the house itself, OwnSource.
func NoteLate(old *Incident, t *Transition, waiting int) (*Incident, Notice) {
	firing := old != nil && old.State == Firing
	switch {
	case waiting == 0 && !firing, firing && waiting == old.Waiting:
		return old, NoNotice
	case waiting == 0:
		next, notice := old.resolve(t, ByCatchingUp)
		next.Waiting = 0
		return next, notice
	case firing:
		next := *old
		next.Waiting = waiting
		next.rise(t.Recorded)
		return &next, NoNotice
	}
	source := t.Impact.Source
	if source == "" {
		source = OwnSource
	}
	next := &Incident{ID: LateID(t.Clock.Tenant, source), Tenant: t.Clock.Tenant, Kind: LateIncident, Source: source}
	if old != nil {
		next = old.afresh()
	}
	called := source
	if source == OwnSource {
		called = "Throughline itself"
	}
	next.add(t.Recorded, fmt.Sprintf("%s is behind: deadlines pass that it may still have kept", called))
	next.State, next.OpenedAt, next.Waiting, next.Told = Firing, t.Recorded, waiting, true
	next.Impact = Impact{
		Title: called + " is behind", Severity: t.Impact.Severity, Source: source,
		Runbook: "Look at the connection of the source; the breaches are confirmed or corrected once it has caught up.",
	}
	if source == OwnSource {
		next.Impact.Runbook = "Look at the status page: what was acknowledged is safe in the journal and not stitched yet. The breaches are confirmed or corrected once it is."
	}
	return next, Opening
}

// WithEntry returns the incident with one more line of history, such as that
// somebody was told. Its version is the next one and does not follow the time, so
// that the versions of what the rules say do not depend on who was told when.
func (i *Incident) WithEntry(at time.Time, text string) *Incident {
	next := *i
	next.History = slices.Clone(i.History)
	next.write(at, text)
	next.Version++
	return &next
}

// next is a copy with one more line of history.
func (i *Incident) next(at time.Time, text string) *Incident {
	next := *i
	next.History = slices.Clone(i.History)
	next.add(at, text)
	return &next
}

// afresh is a copy that has not been resolved, and that nobody looks after.
func (i *Incident) afresh() *Incident {
	next := *i
	next.History = slices.Clone(i.History)
	next.ResolvedAt, next.Resolution = time.Time{}, ""
	next.AcknowledgedAt, next.Owner, next.Comment = time.Time{}, "", ""
	return &next
}

func (i *Incident) add(at time.Time, text string) {
	i.write(at, text)
	i.rise(at)
}

func (i *Incident) write(at time.Time, text string) {
	i.History = append(i.History, Entry{at, text})
	if n := len(i.History); n > maxHistory {
		i.History = i.History[n-maxHistory:]
	}
}

// rise takes the next version. It follows the time, in milliseconds, so that an
// incident that was forgotten and comes back is later than what was kept of it
// elsewhere, and the same change made again has the same version.
func (i *Incident) rise(at time.Time) {
	i.Version = max(i.Version+1, uint64(max(0, at.UnixMilli())))
}

func short(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000 UTC") }
