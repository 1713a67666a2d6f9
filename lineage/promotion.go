package lineage

import (
	"fmt"
	"slices"
	"time"
)

// InForce is the catalogue that evidence is mapped and judged by.
type InForce struct {
	Hash     string
	Files    []File
	Since    time.Time
	Decision Decision // that put it in force; zero: nobody decided, it is what the settings name
}

// Promotion asks for a catalogue to be put in force.
type Promotion struct {
	ID      string // of the decision that it is going to be
	Files   []File // beside those that the program ships with
	By      string
	Comment string
	Force   bool // though it breaks something
}

// Promoted is what came of it.
type Promoted struct {
	Hash     string
	Decision Decided
	Breaks   []string // what it breaks of the catalogue that was in force before, in sentences
	Changed  int      // in how many things the two differ
}

// Breaks tells in sentences what a catalogue breaks of another one: what those who send
// or who look would miss. A new version of a contract breaks nothing, whatever is in it.
func Breaks(was, is *Catalogue) []string {
	var found []string
	for _, d := range Differences(was, is) {
		switch {
		case d.Change == "removed" && slices.Contains([]string{"contract", "flow", "sla", "type"}, d.Kind):
			found = append(found, d.String()+": "+missedOf(d.Kind))
		case d.Kind == "flow" && d.Field == "anchor":
			found = append(found, d.String()+": its executions are other ones")
		case d.Kind == "type" && d.Field == "class":
			found = append(found, d.String()+": what lineage leads through is otherwise")
		case d.Kind == "contract" && d.Change == "changed":
			for _, c := range d.Compatible {
				if c.Breaks != CompatibleNone {
					found = append(found, fmt.Sprintf("contract %s: %s, which is not %s compatible", d.Name, c.Text, c.Breaks.inWords()))
				}
			}
		}
	}
	return found
}

func missedOf(kind string) string {
	switch kind {
	case "contract":
		return "events of this version are read otherwise, or refused"
	case "flow":
		return "its executions are gone"
	case "sla":
		return "its clocks are withdrawn, and its incidents end"
	default:
		return "what names it is not of its class and system any more"
	}
}

// Activated returns the decision that puts a catalogue in force, of a ledger in any
// order. It returns false when none stands.
func Activated(ledger []Decided) (Decision, bool) {
	at := slices.IndexFunc(ledger, func(d Decided) bool { return d.Kind == DecideActivate && d.Stands && !d.Pending })
	if at < 0 {
		return Decision{}, false
	}
	return ledger[at].Decision, true
}
