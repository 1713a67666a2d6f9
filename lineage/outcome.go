package lineage

import (
	"maps"
	"slices"
	"strings"
)

// outcomes are the words for each outcome that are taken where no contract maps them.
// A word that is none of them is refused: taken for success, a failure would be hidden.
var outcomes = [...]struct {
	outcome Outcome
	words   []string
}{
	{OutcomeOK, []string{"ok", "success"}},
	{OutcomeFailed, []string{"failed", "failure", "error", "rejected"}},
	{OutcomeRetrying, []string{"retrying"}},
}

// outcomeOf reads an outcome as senders write it, in any case; none stays none. The
// error, of kind Invalid, lists what is taken.
func outcomeOf(text string) (Outcome, error) {
	word := strings.ToLower(strings.TrimSpace(text))
	if word == "" {
		return "", nil
	}
	for _, o := range outcomes {
		if slices.Contains(o.words, word) {
			return o.outcome, nil
		}
	}
	return "", Errorf(Invalid, "", "%q is no outcome; want ok (or success), failed (or failure, error, rejected) or retrying, or a contract that maps it", clip(text))
}

// read reads an outcome where a contract says. A value that the contract does not list
// has the outcome that it says for all others, and without one it is an error.
func (m *OutcomeMapping) read(at place) (Outcome, error) {
	value := first(at, m.From)
	if value == "" {
		return m.Always, nil
	}
	outcome, listed := m.Values[value]
	switch {
	case !listed && m.Always != "":
		return m.Always, nil
	case !listed:
		return "", Errorf(Invalid, "", "%s: %q is no outcome; the contract lists %s", m.From, clip(value), strings.Join(slices.Sorted(maps.Keys(m.Values)), ", "))
	default:
		return outcome, nil
	}
}
