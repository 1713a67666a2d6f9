package stitcher

import (
	"slices"

	"throughline/lineage"
)

// absentList is what a query asks for, as it was at one moment. It needs no lock.
type absentList struct {
	q       lineage.AbsentQuery
	all     []*naming
	numbers int32 // those of all objects are less
	more    int
	few     int
	rows    []absentRow // in no order
	at      []int32     // by the number of an object
}

// absentRow is an object that is awaited.
type absentRow struct {
	by      *naming // the earliest
	when    instant // of it
	builtIn bool    // the built-in flow alone awaits it, or is asked for
}

// list takes down what there is, into some room for it. The caller holds the lock.
func (a *absences) list(q lineage.AbsentQuery, room []*naming) *absentList {
	return &absentList{q: q, all: append(room[:0], a.all...), numbers: a.numbers.most, more: a.surplus.more(), few: a.few}
}

// tally makes the rows. The built-in flow tells what its own events say: what it misses
// may have come under another correlation id, and counts only where no other flow's word
// is to be had.
func (l *absentList) tally() {
	l.at = make([]int32, l.numbers)
	l.rows = make([]absentRow, 0, len(l.all))
	for _, by := range l.all {
		if !l.asks(by) {
			continue
		}
		n, row := by.of.number, absentRow{by, by.instant, by.ofBuiltIn()}
		if l.at[n] == 0 {
			l.rows = append(l.rows, row)
			l.at[n] = int32(len(l.rows))
			continue
		}
		r := &l.rows[l.at[n]-1]
		if r.builtIn && !row.builtIn || r.builtIn == row.builtIn && row.before(r) {
			*r = row
		}
	}
}

func (l *absentList) asks(n *naming) bool {
	return (l.q.Flow == "" || n.told.Value().flow == l.q.Flow) && (l.q.Type == "" || n.of.name.of.Value().typ == l.q.Type)
}

// before tells which of two namings of an object is told of.
func (r *absentRow) before(s *absentRow) bool {
	c := r.when.compare(s.when)
	return c < 0 || c == 0 && r.by.id < s.by.id
}

// strike takes out those that have come though the built-in flow alone misses them, if
// these are few.
func (l *absentList) strike(come func([]absentRow) map[*awaitedObject]bool) {
	var doubtful []absentRow
	for _, r := range l.rows {
		if r.builtIn {
			if doubtful = append(doubtful, r); len(doubtful) > l.few {
				return
			}
		}
	}
	if gone := come(doubtful); len(gone) > 0 {
		l.rows = slices.DeleteFunc(l.rows, func(r absentRow) bool { return gone[r.by.of] })
	}
}

// from leaves what comes after the last row of a page.
func (l *absentList) from(end awaited) {
	last := absentRow{by: &naming{of: &awaitedObject{name: newName("", end.Object)}}, when: instantOf(end.Since)}
	l.rows = slices.DeleteFunc(l.rows, func(r absentRow) bool { return compareAbsent(r, last) <= 0 })
}

// first returns the first rows in order that have not come, and takes them out.
func (l *absentList) first(n int, come func([]absentRow) map[*awaitedObject]bool) []absentRow {
	var rows []absentRow
	for len(l.rows) > 0 && len(rows) < n {
		var next []absentRow
		next, l.rows = earliest(l.rows, n-len(rows))
		gone := come(next)
		rows = append(rows, slices.DeleteFunc(next, func(r absentRow) bool { return gone[r.by.of] })...)
	}
	return rows[:min(n, len(rows))]
}

// earliest divides rows: the first come in order, and there are at least n of them or
// all that there are. Only they are sorted.
func earliest(rows []absentRow, n int) (first, rest []absentRow) {
	if len(rows) > 4*max(n, sample) {
		some := make([]absentRow, 0, 2*sample)
		for at := 0; at < len(rows); at += len(rows) / sample {
			some = append(some, rows[at])
		}
		slices.SortFunc(some, compareAbsent)
		last, divide := some[min(len(some)-1, len(some)*n/len(rows)*3/2+8)], 0
		for i := range rows {
			if compareAbsent(rows[i], last) <= 0 {
				rows[divide], rows[i] = rows[i], rows[divide]
				divide++
			}
		}
		if divide < n { // what was looked at misled
			divide = len(rows)
		}
		rows, rest = rows[:divide], rows[divide:]
	}
	slices.SortFunc(rows, compareAbsent)
	return rows, rest
}

// compareAbsent puts the longest awaited first.
func compareAbsent(a, b absentRow) int {
	if c := a.when.compare(b.when); c != 0 {
		return c
	}
	return a.by.of.key().Compare(b.by.of.key())
}

// write writes rows out, each with the executions that it is in.
func (l *absentList) write(rows []absentRow) []lineage.Absent {
	out := make([]lineage.Absent, len(rows))
	clear(l.at)
	for i, r := range rows {
		out[i] = lineage.Absent{Object: r.by.of.key(), Since: r.when.time(), By: r.by.cited()}
		l.at[r.by.of.number] = int32(i + 1)
	}
	for _, n := range l.all {
		i := l.at[n.of.number] - 1
		if i < 0 || !l.asks(n) || n.ofBuiltIn() != rows[i].builtIn {
			continue
		}
		out[i].In, out[i].More = place(out[i].In, n.in.key(), out[i].More)
	}
	return out
}

// place enters an execution into those of a row: the first ones in order.
func place(in []lineage.ExecutionRef, ref lineage.ExecutionRef, more int) ([]lineage.ExecutionRef, int) {
	if len(in) == lineage.MaxAbsentIn {
		if more++; compareRefs(ref, in[len(in)-1]) > 0 {
			return in, more
		}
		in = in[:len(in)-1]
	}
	at, _ := slices.BinarySearchFunc(in, ref, compareRefs)
	return slices.Insert(in, at, ref), more
}
