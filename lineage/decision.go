package lineage

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// DecisionKind says what a person has decided about the evidence.
type DecisionKind string

// The kinds of decisions.
const (
	DecideRelease DecisionKind = "release"  // no guard holds A back
	DecideBlock   DecisionKind = "block"    // A is held back, whatever the guards say: never again
	DecideMerge   DecisionKind = "merge"    // A and B are one object, whatever the evidence says
	DecideApart   DecisionKind = "separate" // A and B are not one object
	DecideReject  DecisionKind = "reject"   // the event (Source, EventID) does not count
	DecideRevoke  DecisionKind = "revoke"   // the decision Revokes does not hold any more

	DecideActivate DecisionKind = "activate" // Catalogue is in force
)

// Decision is one entry of the ledger of decisions. Which of them hold is a
// function of the set of them: one that a later one revokes does not, and of two
// about the same thing the later holds, by (At, ID).
type Decision struct {
	Tenant  string
	ID      string
	Kind    DecisionKind
	A, B    Object // of release and block: A; of merge and separate: both
	Source  string // of reject: the event's identity
	EventID string
	Revokes string // of revoke: the ID of another decision

	Catalogue string // of activate: its hash

	By      string // who decided
	Comment string
	At      time.Time
}

// Check tells what a decision lacks. The error is of kind Invalid.
func (d *Decision) Check() error {
	fail := func(format string, args ...any) error { return Errorf(Invalid, "decide", format, args...) }
	if d.ID == "" || strings.TrimSpace(d.By) == "" || d.At.IsZero() {
		return fail("id, by or at is empty; want a unique id, who decides, and when")
	}
	if strings.ContainsFunc(d.ID, unicode.IsControl) {
		return fail("id is %q; want one without control characters", d.ID)
	}
	switch d.Kind {
	case DecideRelease, DecideBlock:
		if d.A.IsZero() {
			return fail("a is empty; want the object that is to be held back or not")
		}
	case DecideMerge, DecideApart:
		if d.A.IsZero() || d.B.IsZero() || d.A == d.B || d.A.Type != d.B.Type {
			return fail("a is %q and b is %q; want two ids of one type", d.A, d.B)
		}
	case DecideReject:
		if d.Source == "" || d.EventID == "" {
			return fail("source is %q and event_id is %q; want the identity of an event", d.Source, d.EventID)
		}
	case DecideRevoke:
		if d.Revokes == "" || d.Revokes == d.ID {
			return fail("revokes is %q; want the id of another decision", d.Revokes)
		}
	case DecideActivate:
		if d.Catalogue == "" {
			return fail("catalogue is empty; want the hash of the one that is to be in force")
		}
	default:
		return fail("kind is %q; want release, block, merge, separate, reject, revoke or activate", d.Kind)
	}
	return nil
}

func (d Decision) compare(e Decision) int { return cmp.Or(d.At.Compare(e.At), cmp.Compare(d.ID, e.ID)) }

// compareContent orders two decisions under one id: by when they were taken, and then by
// what they say.
func (d Decision) compareContent(e Decision) int {
	return cmp.Or(
		d.At.Compare(e.At), cmp.Compare(d.Kind, e.Kind), d.A.Compare(e.A), d.B.Compare(e.B), cmp.Compare(d.Source, e.Source),
		cmp.Compare(d.EventID, e.EventID), cmp.Compare(d.Revokes, e.Revokes), cmp.Compare(d.Catalogue, e.Catalogue),
		cmp.Compare(d.By, e.By), cmp.Compare(d.Comment, e.Comment),
	)
}

// about is what a decision settles: of several about the same thing one holds.
type about struct {
	kind    string // guard, equality, event, catalogue
	a, b    Object
	eventID eventID
}

func (d *Decision) about() about {
	switch d.Kind {
	case DecideRelease, DecideBlock:
		return about{kind: "guard", a: d.A}
	case DecideMerge, DecideApart:
		a, b := d.A, d.B
		if b.Compare(a) < 0 {
			a, b = b, a
		}
		return about{kind: "equality", a: a, b: b}
	case DecideActivate:
		return about{kind: "catalogue"}
	default:
		return about{kind: "event", eventID: eventID{d.Source, d.EventID}}
	}
}

// Standing returns the decisions that hold, in the order of (At, ID).
func Standing(all []Decision) []Decision {
	ordered := slices.Clone(all)
	slices.SortFunc(ordered, Decision.compare)
	// From the last to the first: what comes later is settled when it is asked for.
	revoked := make(map[string]bool)
	settled := make(map[about]bool)
	var standing []Decision
	for _, d := range slices.Backward(ordered) {
		switch {
		case revoked[d.ID]:
		case d.Kind == DecideRevoke:
			revoked[d.Revokes] = true
		case !settled[d.about()]:
			settled[d.about()] = true
			standing = append(standing, d)
		}
	}
	slices.Reverse(standing)
	return standing
}
