package stitcher

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"throughline/lineage"
)

// absences is what executions name and nothing has come of, as they were shown last.
type absences struct {
	in map[lineage.ExecutionRef][]lineage.Object
	of map[lineage.Object]map[lineage.ExecutionRef]naming
}

// naming is the earliest event of an execution that names an object.
type naming struct {
	by lineage.Cited
	at time.Time // zero: none of its events does
}

func newAbsences() *absences {
	return &absences{in: make(map[lineage.ExecutionRef][]lineage.Object), of: make(map[lineage.Object]map[lineage.ExecutionRef]naming)}
}

// put enters an execution as it is now; nil: it is gone.
func (a *absences) put(ref lineage.ExecutionRef, x *lineage.Execution) {
	for _, o := range a.in[ref] {
		if delete(a.of[o], ref); len(a.of[o]) == 0 {
			delete(a.of, o)
		}
	}
	delete(a.in, ref)
	named := namings(x)
	for o, n := range named {
		if a.of[o] == nil {
			a.of[o] = make(map[lineage.ExecutionRef]naming, 1)
		}
		a.of[o][ref] = n
		a.in[ref] = append(a.in[ref], o)
	}
}

// namings finds what an execution names and nothing has come of, and who named it first.
func namings(x *lineage.Execution) map[lineage.Object]naming {
	if x == nil || !slices.ContainsFunc(x.Members, func(m lineage.Member) bool { return m.Placeholder }) {
		return nil
	}
	found := make(map[lineage.Object]naming)
	canon := make(map[lineage.Object]lineage.Object)
	for _, m := range x.Members {
		if !m.Placeholder {
			continue
		}
		found[m.Object], canon[m.Object] = naming{}, m.Object
		for _, alias := range m.Aliases {
			canon[alias] = m.Object
		}
	}
	for _, e := range x.Events {
		at := e.Happened()
		note := func(o lineage.Object) {
			c, absent := canon[o]
			if was := found[c]; absent && (was.at.IsZero() || at.Before(was.at)) {
				found[c] = naming{lineage.Cited{Evidence: lineage.Evidence{Kind: e.Kind, Source: e.Source, ID: e.ID}, Type: e.Type, Time: e.Time}, at}
			}
		}
		for _, r := range e.Refs {
			note(r.Object)
		}
		for _, r := range e.Relations {
			note(r.From)
			note(r.To)
		}
	}
	return found
}

// list returns what a query asks for, in no order. The built-in flow tells what its own
// events say: what it misses may have come under another correlation id, which awaited
// tells.
func (a *absences) list(q lineage.AbsentQuery, awaited func(lineage.Object) bool) []lineage.Absent {
	var all []lineage.Absent
	for o, in := range a.of {
		if q.Type != "" && o.Type != q.Type {
			continue
		}
		row := lineage.Absent{Object: o}
		for ref, n := range in {
			if q.Flow != "" && ref.Flow != q.Flow || q.Flow == "" && ref.Flow == lineage.TransactionFlow && elsewhere(in) {
				continue
			}
			row.In = append(row.In, ref)
			if !n.at.IsZero() && (row.Since.IsZero() || n.at.Before(row.Since)) {
				row.Since, row.By = n.at, n.by
			}
		}
		if len(row.In) > 0 && awaited(o) {
			all = append(all, row)
		}
	}
	return all
}

// elsewhere tells whether another flow than the built-in one awaits an object.
func elsewhere(in map[lineage.ExecutionRef]naming) bool {
	for ref := range in {
		if ref.Flow != lineage.TransactionFlow {
			return true
		}
	}
	return false
}

// compareAbsent puts the longest awaited first, and last what nobody knows the age of.
func compareAbsent(a, b lineage.Absent) int {
	if a.Since.IsZero() != b.Since.IsZero() {
		if a.Since.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Since.Compare(b.Since), a.Object.Compare(b.Object))
}

// awaited is the place after the last row of a page.
type awaited struct {
	Since  time.Time      `json:"s"`
	Object lineage.Object `json:"o"`
}

// Absent returns a page of what executions name and has no event of its own, the
// longest awaited first.
func (s *Stitcher) Absent(_ context.Context, q lineage.AbsentQuery) (lineage.AbsentPage, error) {
	const op = "list what has not come"
	var page lineage.AbsentPage
	if err := s.ready(op); err != nil {
		return page, err
	}
	if q.Limit < 1 || q.Limit > 1000 {
		return page, lineage.Errorf(lineage.Invalid, op, "limit is %d; want 1 to 1000", q.Limit)
	}
	var end awaited
	if q.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(raw, &end) != nil {
			return page, lineage.Errorf(lineage.Invalid, op, "cursor is not one that this list handed out")
		}
	}
	after := lineage.Absent{Object: end.Object, Since: end.Since}
	if q.Tenant != s.cfg.Tenant {
		return page, nil
	}
	s.mu.Lock()
	if q.Flow != "" && s.board.flows[q.Flow] == nil {
		s.mu.Unlock()
		return page, lineage.Errorf(lineage.Invalid, op, "flow is %q; want one of %s", q.Flow, strings.Join(s.board.order, ", "))
	}
	all := s.absences.list(q, s.graph.Awaited)
	s.mu.Unlock()
	slices.SortFunc(all, compareAbsent)
	page.Total = len(all)
	from := 0
	if q.Cursor != "" {
		from, _ = slices.BinarySearchFunc(all, after, compareAbsent)
		if from < len(all) && compareAbsent(all[from], after) == 0 {
			from++
		}
	}
	page.Absent = all[from:min(from+q.Limit, len(all))]
	for i := range page.Absent {
		slices.SortFunc(page.Absent[i].In, func(a, b lineage.ExecutionRef) int {
			return cmp.Or(cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
		})
	}
	if from+q.Limit < len(all) {
		last := page.Absent[q.Limit-1]
		raw, err := json.Marshal(awaited{last.Since, last.Object})
		if err != nil {
			return lineage.AbsentPage{}, lineage.E(lineage.Internal, op, err)
		}
		page.Next = base64.RawURLEncoding.EncodeToString(raw)
	}
	return page, nil
}
