package alerts

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/lineage"
	"throughline/slo"
)

// The measures of an acknowledgement, in bytes.
const (
	maxOwner   = 100
	maxComment = 1000
)

// Acknowledge notes who looks after an incident. It is durable before it answers,
// and tells the outside nothing. It fails with Invalid for an owner or comment that
// is none, NotFound, and Conflict when the incident is resolved.
func (a *Alerts) Acknowledge(ctx context.Context, tenant, id, owner, comment string) (slo.Incident, error) {
	const op = "acknowledge incident"
	owner, comment = strings.TrimSpace(owner), strings.TrimSpace(comment)
	if err := plain("owner", owner, maxOwner); err != nil {
		return slo.Incident{}, err
	}
	if owner == "" {
		return slo.Incident{}, lineage.Errorf(lineage.Invalid, op, "owner is missing; say who looks after it")
	}
	if err := plain("comment", comment, maxComment); err != nil {
		return slo.Incident{}, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return slo.Incident{}, lineage.E(lineage.Unavailable, op, err)
	}
	if a.book == nil {
		return slo.Incident{}, lineage.Errorf(lineage.Unavailable, op, "the book is not open yet; try again in a moment")
	}
	old := a.memory.find(a.tenant(tenant), id)
	if old == nil {
		return slo.Incident{}, missing(op, id)
	}
	next, err := old.Acknowledge(a.deps.Now().UTC(), owner, comment)
	if err != nil {
		return slo.Incident{}, err
	}
	d := a.draft()
	d.incidents[id] = next
	if err := a.commit(d); err != nil {
		return slo.Incident{}, err
	}
	return *next, nil
}

// plain checks a text that a person typed.
func plain(field, text string, most int) error {
	control := func(r rune) bool {
		return unicode.IsControl(r) && (field == "owner" || r != '\n' && r != '\t' && r != '\r')
	}
	switch {
	case len(text) > most:
		return lineage.Errorf(lineage.Invalid, "acknowledge incident", "%s has %d bytes; want at most %d", field, len(text), most)
	case !utf8.ValidString(text):
		return lineage.Errorf(lineage.Invalid, "acknowledge incident", "%s is not valid UTF-8", field)
	case strings.ContainsFunc(text, control):
		return lineage.Errorf(lineage.Invalid, "acknowledge incident", "%s has control signs; write it without", field)
	}
	return nil
}
