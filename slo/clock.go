package slo

import (
	"cmp"
	"time"

	"throughline/lineage"
)

// State is where a clock stands.
type State string

// The states of a clock.
const (
	Pending   State = "pending" // not started
	Running   State = "running"
	Paused    State = "paused"
	Ended     State = "ended"     // the stop condition came
	Cancelled State = "cancelled" // nothing is owed any more
)

// Verdict is what a clock came to.
type Verdict string

// The verdicts. An open breach stays open until the clock ends.
const (
	None      Verdict = ""
	Met       Verdict = "met"
	Breached  Verdict = "breached"
	Corrected Verdict = "corrected" // it was called a breach, and evidence came that it was none
)

// Key names a clock: an SLA and the object that it is about.
type Key struct {
	SLA     string
	Subject lineage.Object
}

// Compare orders keys by SLA and subject.
func (k Key) Compare(l Key) int {
	return cmp.Or(cmp.Compare(k.SLA, l.SLA), k.Subject.Compare(l.Subject))
}

// Clock is one SLA for one object, as it was recorded last. Times are UTC; the
// zero time means "not yet".
type Clock struct {
	Tenant string
	Key
	Episode int            // 0 for the first; a reset begins another
	Origin  lineage.Object // the subject's name when the clock started: its identity, whatever it is merged into

	State       State
	Verdict     Verdict
	Provisional bool // a breach that a source which is behind may still take back

	StartedAt  time.Time
	DueAt      time.Time // on hold: as it was before
	BreachedAt time.Time // when the breach was noticed, DueAt being when it happened
	EndedAt    time.Time // of the stop or the cancellation
	Holds      int       // how often it was paused
	Seq        int       // transitions told so far, over all episodes
	Before     *Clock    `json:",omitempty"` // the episode before, as its reset left it; transitions do not carry it
	Means      uint64    `json:",omitempty"` // of an open breach: a hash of the Impact that was told last
}

// Open tells whether the clock still waits for its stop.
func (c *Clock) Open() bool { return c.State == Running || c.State == Paused }

// AtRisk tells whether the clock is an open breach that is certain.
func (c *Clock) AtRisk() bool { return c.Open() && c.Verdict == Breached && !c.Provisional }

// Kind says what happened to a clock.
type Kind string

// The kinds of transitions.
const (
	Started     Kind = "started"
	Restarted   Kind = "restarted"   // evidence came that it had started at another time
	Rescheduled Kind = "rescheduled" // the deadline moved: evidence of a hold came late, or the SLA was changed
	PausedKind  Kind = "paused"
	ResumedKind Kind = "resumed"
	BreachKind  Kind = "breached"  // the deadline passed
	Confirmed   Kind = "confirmed" // a provisional breach is certain
	Correction  Kind = "corrected" // the breach was none
	EndedKind   Kind = "ended"
	CancelKind  Kind = "cancelled"
	Withdrawn   Kind = "withdrawn" // the promise: its SLA is gone, or what had started it was taken back
	Reopened    Kind = "reopened"  // what had ended it was taken back
	Explained   Kind = "explained" // of an open breach: what it means is known better
)

// Transition is one thing that happened to a clock, as known then. Its ID is a
// hash of the clock and the place of the transition in the clock's history, so
// that the same transition told twice is one.
type Transition struct {
	Seq         uint64 // place in the ledger; 0 before it is recorded
	ID          string
	Kind        Kind
	At          time.Time     // when it happened by the rules: the due time of a breach, the occurrence of a stop
	Due         time.Time     // of what moves the deadline; zero otherwise
	LateBy      time.Duration // of a breach: how long after its deadline it was noticed
	Verdict     Verdict       // of an end
	Provisional bool          // of a breach
	Recorded    time.Time     // when it was noticed

	Clock  Clock  // as it stands after all that was noticed with it of its episode
	Impact Impact // what it means, as known then
}

// Impact is what a transition means to people.
type Impact struct {
	Flow     string
	Anchor   lineage.Object // of the execution that holds the subject
	Title    string
	Severity lineage.Severity
	Runbook  string
	Source   string // the closing source of the SLA
	Stage    string // where the subject's transaction sticks
	State    lineage.State
	Reason   string // why, in the source's words
	Amount   lineage.Money
}

// Fact is that a stage was reached, or that a condition of another name came to be.
type Fact struct {
	Stage string
	At    time.Time
}

// Moment is when something is judged. Watermark is up to when the closing source
// is known to have told all; zero means that nothing holds it back.
//
// Patience is how long a breach may wait for a watermark that is behind, before
// it is told as provisional: what takes in and stitches is always a moment behind.
//
// A clock that became known after its deadline is likely to be followed by what kept
// it: its breach is not told for Settle after Known. Zero Known: nothing of the kind.
type Moment struct {
	Now       time.Time
	Watermark time.Time
	Patience  time.Duration
	Known     time.Time
	Settle    time.Duration
}

// behind tells whether the closing source may still say that due was kept.
func (m Moment) behind(due time.Time) bool { return !m.Watermark.IsZero() && m.Watermark.Before(due) }

// Over tells whether a deadline has passed, so that it can be told.
func (m Moment) Over(due time.Time) bool {
	if m.Known.After(due) && m.Now.Before(m.Known.Add(m.Settle)) {
		return false
	}
	return !m.Now.Before(due) && !(m.behind(due) && m.Now.Before(due.Add(m.Patience)))
}
