package stitcher

import (
	"iter"
	"slices"
	"sort"
)

// runMost is how many values lie side by side: what is moved for one more of them is a
// few KiB, whatever the length of the list.
const runMost = 512

// ordered is a sorted list. Its values lie in runs, none of them empty.
type ordered[T any] struct {
	compare func(a, b T) int
	runs    [][]T
	size    int
}

// spot is where a value lies.
type spot struct{ run, at int }

// seek returns the spot of the first value that has reached something.
func (o *ordered[T]) seek(reached func(T) bool) spot {
	run := sort.Search(len(o.runs), func(i int) bool { return reached(o.runs[i][len(o.runs[i])-1]) })
	if run == len(o.runs) {
		return spot{run, 0}
	}
	values := o.runs[run]
	return spot{run, sort.Search(len(values), func(i int) bool { return reached(values[i]) })}
}

func (o *ordered[T]) find(v T) spot {
	return o.seek(func(w T) bool { return o.compare(w, v) >= 0 })
}

// add enters a value, before those that are equal.
func (o *ordered[T]) add(v T) {
	o.size++
	s := o.find(v)
	if s.run == len(o.runs) { // behind all
		if s.run == 0 || len(o.runs[s.run-1]) == runMost {
			o.runs = append(o.runs, []T{v})
			return
		}
		s = spot{s.run - 1, len(o.runs[s.run-1])}
	}
	if len(o.runs[s.run]) == runMost {
		s = o.split(s)
	}
	o.runs[s.run] = slices.Insert(o.runs[s.run], s.at, v)
}

// split makes room in a full run and returns where a spot of it is now. Values that come
// in order, from either end, leave full runs behind.
func (o *ordered[T]) split(s spot) spot {
	if s == (spot{}) {
		o.runs = slices.Insert(o.runs, 0, make([]T, 0, runMost))
		return s
	}
	values := o.runs[s.run]
	o.runs = slices.Insert(o.runs, s.run+1, slices.Clone(values[runMost/2:]))
	clear(values[runMost/2:])
	o.runs[s.run] = values[:runMost/2]
	if s.at > runMost/2 {
		return spot{s.run + 1, s.at - runMost/2}
	}
	return s
}

// remove takes out one value that is equal to v, and tells whether there was one.
func (o *ordered[T]) remove(v T) bool {
	s := o.find(v)
	if s.run == len(o.runs) || o.compare(o.runs[s.run][s.at], v) != 0 {
		return false
	}
	o.size--
	values := slices.Delete(o.runs[s.run], s.at, s.at+1)
	o.runs[s.run] = values
	switch next := s.run + 1; {
	case len(values) == 0:
		o.runs = slices.Delete(o.runs, s.run, next)
	case len(values) < runMost/4 && next < len(o.runs) && len(values)+len(o.runs[next]) <= runMost/2:
		o.runs[s.run] = slices.Concat(values, o.runs[next])
		o.runs = slices.Delete(o.runs, next, next+1)
	}
	return true
}

// last returns the last value, of a list that has any.
func (o *ordered[T]) last() T {
	values := o.runs[len(o.runs)-1]
	return values[len(values)-1]
}

// before counts the values before a spot.
func (o *ordered[T]) before(s spot) int {
	n := s.at
	for _, values := range o.runs[:s.run] {
		n += len(values)
	}
	return n
}

// from yields the values from a spot on. The list MUST NOT change meanwhile.
func (o *ordered[T]) from(s spot) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ; s.run < len(o.runs); s = (spot{s.run + 1, 0}) {
			for _, v := range o.runs[s.run][s.at:] {
				if !yield(v) {
					return
				}
			}
		}
	}
}
