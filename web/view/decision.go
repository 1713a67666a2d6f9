package view

import (
	"slices"

	"throughline/lineage"
)

// Decisions is a page of the ledger of decisions, newest first.
type Decisions struct {
	Rows []Decision
	Zone string

	InForce *InForce // nil: it is not told here

	First string // address of the first page, "" on it
	Next  string // address of the next page, "" on the last
}

// InForce is the catalogue that evidence is mapped and judged by.
type InForce struct {
	Catalogue string // hash
	Since     Time
	By        string // who decided so; "": nobody, the settings name it
	Remapped  string // how far what is stored is mapped by it; "": all of it is
}

// Decision is one decision, in words.
type Decision struct {
	ID      string
	Time    Time
	By      string
	What    string // "released delivery BATCH-7"
	About   []Object
	Comment string
	State   Badge
	Undone  *Decision // that has undone it
	Revoke  string    // address that asks whether to revoke it; "" when it does not stand
}

// NewDecisions makes rows of decisions. The ledger has them all: what one revokes is
// told with it. back is where the reader is.
func NewDecisions(list, ledger []lineage.Decided, back string, l Lore, c Clock) []Decision {
	out := make([]Decision, 0, len(list))
	for i := range list {
		out = append(out, newDecision(&list[i], ledger, back, l, c))
	}
	return out
}

func newDecision(d *lineage.Decided, ledger []lineage.Decided, back string, l Lore, c Clock) Decision {
	out := Decision{
		ID: d.ID, Time: c.stamp(d.At), By: d.By, What: deed(&d.Decision, ledger, l), Comment: d.Comment,
		State: Badge{"good", "✓", "in force"},
	}
	switch {
	case d.Pending:
		out.State = Badge{"busy", "◔", "on its way"}
	case d.Stands:
		out.Revoke = DecideURL(lineage.Decision{Kind: lineage.DecideRevoke, Revokes: d.ID}, back)
	default:
		out.State = Badge{"calm", "○", "replaced"}
		if by := entry(ledger, d.Undone); by != nil {
			if by.Kind == lineage.DecideRevoke {
				out.State.Word = "revoked"
			}
			undone := newDecision(by, nil, back, l, c)
			out.Undone = &undone
		}
	}
	for _, o := range []lineage.Object{d.A, d.B} {
		if !o.IsZero() {
			out.About = append(out.About, newObject(o))
		}
	}
	return out
}

// entry is an entry of the ledger, or nil.
func entry(ledger []lineage.Decided, id string) *lineage.Decided {
	if at := slices.IndexFunc(ledger, func(d lineage.Decided) bool { return d.ID == id }); at >= 0 && id != "" {
		return &ledger[at]
	}
	return nil
}

// deed says what somebody did by a decision: "released delivery BATCH-7".
func deed(d *lineage.Decision, ledger []lineage.Decided, l Lore) string {
	switch d.Kind {
	case lineage.DecideRelease:
		return "released " + issued(d.A)
	case lineage.DecideBlock:
		return "held " + issued(d.A) + " back for good"
	case lineage.DecideMerge:
		return "made " + issued(d.A) + " and " + issued(d.B) + " one object"
	case lineage.DecideApart:
		return "set " + issued(d.A) + " and " + issued(d.B) + " apart"
	case lineage.DecideReject:
		return "rejected event " + nameOf(d.EventID) + " from " + said(l.source(d.Source))
	case lineage.DecideRevoke:
		if target := entry(ledger, d.Revokes); target != nil {
			return "revoked what " + said(target.By) + " decided: " + said(target.By) + " " + deed(&target.Decision, nil, l)
		}
		return "revoked decision " + nameOf(d.Revokes)
	case lineage.DecideActivate:
		return "put catalogue " + nameOf(d.Catalogue) + " in force"
	default:
		return "decided " + said(string(d.Kind))
	}
}
