package view

import (
	"slices"

	"throughline/lineage"
)

// Case is what people and the rules have made of the object of a page, beside its
// lineage.
type Case struct {
	Was      string // by which name the reader came, when it is another id of the object
	Merged   string // why that leads here, in a sentence
	Held     *Held  // it is held back
	Ids      []Same // the other ids of the object
	Possible []Same // what it may be the same as
	Decided  []Decision
	Zone     string
	Merge    string // address that asks what it is the same as; "" when there is nothing to merge
}

// Same is an id that is the object's, or may be, and what can be decided of that.
type Same struct {
	Object Object
	Merge  string // address that asks whether they are one
	Apart  string // address that asks whether they are not
}

// Any tells whether there is anything to say or to decide about the object's ids.
func (c Case) Any() bool { return c.Merge != "" || len(c.Ids)+len(c.Possible)+len(c.Decided) > 0 }

// IDsOf returns the object that was looked at and all its ids, as the members of
// executions have them; nothing else is known of one that is in none.
func IDsOf(looked lineage.Object, a lineage.Answer) []lineage.Object {
	for _, e := range slices.Concat(a.Executions, a.Unanchored) {
		for _, m := range e.Members {
			if isLooked(m, looked) {
				return append([]lineage.Object{m.Object}, m.Aliases...)
			}
		}
	}
	return []lineage.Object{looked}
}

// NewCase makes what is said of an object by its ids, of which the first is the name
// that it goes by. was is the id by which the reader came, or "".
func NewCase(ids []lineage.Object, k lineage.Case, ledger []lineage.Decided, was string, l Lore, c Clock) Case {
	now := ids[0]
	here := ObjectURL(now)
	out := Case{Zone: c.ZoneName(), Decided: NewDecisions(k.Decided, ledger, here, l, c)}
	if k.Held != nil {
		h := NewHeld(k.Held.Object, k.Held, l, c)
		out.Held = &h
	}
	for _, id := range ids[1:] {
		out.Ids = append(out.Ids, Same{newObject(id), "", DecideURL(lineage.Decision{Kind: lineage.DecideApart, A: now, B: id}, here)})
		if slices.Contains(lineage.Spellings(was), id.ID) {
			out.Was, out.Merged = id.ID, mergedWhy(now, id, k.Decided)
		}
	}
	for _, pair := range k.Possible {
		out.Possible = append(out.Possible, Same{
			newObject(pair[1]), DecideURL(lineage.Decision{Kind: lineage.DecideMerge, A: pair[0], B: pair[1]}, here),
			DecideURL(lineage.Decision{Kind: lineage.DecideApart, A: pair[0], B: pair[1]}, here),
		})
	}
	if l.Catalogue == nil || l.Catalogue.ClassOf(now.Type) != lineage.Technical {
		out.Merge = DecideURL(lineage.Decision{Kind: lineage.DecideMerge, A: now}, here)
	}
	return out
}

// mergedWhy says why an id leads to an object.
func mergedWhy(now, id lineage.Object, decided []lineage.Decided) string {
	text := begun(issued(id)) + " is another id of " + issued(now)
	for _, d := range decided {
		if d.Stands && d.Kind == lineage.DecideMerge && (d.A == id || d.B == id) {
			return text + ": " + said(d.By) + " decided so. “" + said(d.Comment) + "”"
		}
	}
	return text + ": the evidence says so."
}

// rejectable leads from every event of an execution to the question whether it is wrong.
func (x *Execution) rejectable(e *lineage.Execution) {
	back := ExecutionURL(e.Flow, e.Anchor)
	for _, rows := range [][]Event{x.Events.Head, x.Events.Tail} {
		for i := range rows {
			rows[i].Reject = DecideURL(lineage.Decision{Kind: lineage.DecideReject, Source: rows[i].Source, EventID: rows[i].ID}, back)
		}
	}
}
