package stitcher

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// absencesModel says in the simplest way what a list of absences is.
type absencesModel map[lineage.ExecutionRef]map[lineage.Object]lineage.Absent

func (a absencesModel) put(ref lineage.ExecutionRef, x *lineage.Execution) {
	delete(a, ref)
	if x == nil {
		return
	}
	in := make(map[lineage.Object]lineage.Absent)
	canon := make(map[lineage.Object]lineage.Object)
	for _, m := range x.Members {
		if m.Placeholder {
			in[m.Object], canon[m.Object] = lineage.Absent{Object: m.Object}, m.Object
			for _, alias := range m.Aliases {
				canon[alias] = m.Object
			}
		}
	}
	for _, e := range x.Events {
		at := e.Happened()
		named := make(map[lineage.Object]bool)
		for _, r := range e.Refs {
			named[r.Object] = true
		}
		for _, r := range e.Relations {
			named[r.From], named[r.To] = true, true
		}
		for o := range named {
			c, absent := canon[o]
			if was := in[c]; absent && !at.IsZero() && (was.Since.IsZero() || at.Before(was.Since)) {
				in[c] = lineage.Absent{Object: c, Since: at, By: lineage.Cited{Evidence: lineage.Evidence{Kind: e.Kind, Source: e.Source, ID: e.ID}, Type: e.Type, Time: at}}
			}
		}
	}
	if len(in) > 0 {
		a[ref] = in
	}
}

func (a absencesModel) len() int {
	n := 0
	for _, in := range a {
		n += len(in)
	}
	return n
}

func compareModel(a, b lineage.Absent) int {
	if a.Since.IsZero() != b.Since.IsZero() {
		return cmp.Compare(fmt.Sprint(a.Since.IsZero()), fmt.Sprint(b.Since.IsZero()))
	}
	return a.Since.Compare(b.Since)
}

// list returns all that a query asks for, in order.
func (a absencesModel) list(q lineage.AbsentQuery, come map[lineage.Object]bool) []lineage.Absent {
	catalogued := make(map[lineage.Object]bool)
	for ref, in := range a {
		for o := range in {
			catalogued[o] = catalogued[o] || ref.Flow != lineage.TransactionFlow
		}
	}
	rows := make(map[lineage.Object]lineage.Absent)
	for ref, in := range a {
		for o, n := range in {
			if q.Type != "" && o.Type != q.Type || q.Flow != "" && ref.Flow != q.Flow || come[o] ||
				q.Flow == "" && ref.Flow == lineage.TransactionFlow && catalogued[o] {
				continue
			}
			row, ok := rows[o]
			if c := compareModel(n, row); !ok || c < 0 || c == 0 && n.By.ID < row.By.ID {
				n.In = row.In
				row = n
			}
			row.In = append(row.In, ref)
			rows[o] = row
		}
	}
	all := slices.Collect(maps.Values(rows))
	for _, row := range all {
		slices.SortFunc(row.In, compareRefs)
	}
	slices.SortFunc(all, func(a, b lineage.Absent) int { return cmp.Or(compareModel(a, b), a.Object.Compare(b.Object)) })
	return all
}

// drawShown draws an execution as it may be shown.
func drawShown(t *rapid.T, objects int) (lineage.ExecutionRef, *lineage.Execution) {
	ref := lineage.ExecutionRef{Flow: rapid.SampledFrom([]string{"quote-to-cash", lineage.TransactionFlow}).Draw(t, "flow")}
	ref.Anchor = lineage.Object{Type: "order", ID: fmt.Sprint(rapid.IntRange(1, 5).Draw(t, "anchor"))}
	if rapid.IntRange(0, 5).Draw(t, "gone") == 0 {
		return ref, nil
	}
	types := []string{"invoice", "quote"}
	if ref.Flow == lineage.TransactionFlow {
		types = append(types, "widget") // which no flow of the catalogue knows
	}
	object := func() lineage.Object {
		return lineage.Object{Type: rapid.SampledFrom(types).Draw(t, "type"), ID: fmt.Sprint(rapid.IntRange(1, objects).Draw(t, "id"))}
	}
	x := &lineage.Execution{Flow: ref.Flow, Anchor: ref.Anchor}
	known, named := make(map[lineage.Object]bool), []lineage.Object{object()}
	for range rapid.IntRange(0, 16).Draw(t, "members") {
		m := lineage.Member{Object: object(), Placeholder: rapid.IntRange(0, 3).Draw(t, "own") > 0}
		if known[m.Object] {
			continue
		}
		if known[m.Object] = true; rapid.Bool().Draw(t, "aliased") {
			m.Aliases = []lineage.Object{{Type: m.Object.Type, ID: "alias of " + m.Object.ID}}
		}
		x.Members, named = append(x.Members, m), append(append(named, m.Object), m.Aliases...)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "events") {
		e := &lineage.Event{Source: "erp", ID: fmt.Sprint(ref.Anchor.ID, "-", i), Type: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "event")}
		if at := rapid.IntRange(-1, 4).Draw(t, "at"); at >= 0 {
			e.Time = time.Unix(int64(at), 1).UTC()
			e.Ingested = time.Unix(3, 2).UTC() // by a clock that is fast, some of them
		}
		for range rapid.IntRange(0, 4).Draw(t, "refs") {
			o, p := rapid.SampledFrom(named).Draw(t, "one"), rapid.SampledFrom(named).Draw(t, "another")
			if rapid.Bool().Draw(t, "as a ref") {
				e.Refs = append(e.Refs, lineage.Ref{Object: o, Role: lineage.Mentions})
			} else {
				e.Relations = append(e.Relations, lineage.Relation{From: o, To: p})
			}
		}
		x.Events = append(x.Events, e)
	}
	return ref, x
}
