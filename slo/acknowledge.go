package slo

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/lineage"
)

// The measures of an acknowledgement, in characters.
const (
	maxOwner   = 100
	maxComment = 1000
)

// CheckAcknowledgement returns what a person typed without the blanks around it.
// The error, of kind Invalid, says what cannot be taken: others read both, so
// neither may hold what changes how the text around it is read.
func CheckAcknowledgement(owner, comment string) (cleanOwner, cleanComment string, err error) {
	owner, comment = strings.TrimSpace(owner), strings.TrimSpace(comment)
	fail := func(format string, args ...any) (string, string, error) {
		return "", "", lineage.Errorf(lineage.Invalid, "acknowledge incident", format, args...)
	}
	unseen := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
	odd := func(r rune) bool { return unseen(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case !utf8.ValidString(owner) || !utf8.ValidString(comment):
		return fail("owner and comment must be valid UTF-8")
	case owner == "":
		return fail("owner is empty; say who looks after the incident")
	case utf8.RuneCountInString(owner) > maxOwner:
		return fail("owner is longer than %d characters", maxOwner)
	case strings.ContainsFunc(owner, unseen):
		return fail("owner holds a control character; a name stands on one line")
	case utf8.RuneCountInString(comment) > maxComment:
		return fail("comment is longer than %d characters", maxComment)
	case strings.ContainsFunc(comment, odd):
		return fail("comment holds a control character")
	}
	return owner, comment, nil
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
