package stitcher

import (
	"slices"

	"throughline/lineage"
)

// surplus bounds a list of namings: of more than there is room for those that came last
// are left out, until a quarter of the room is free. What was left out comes in when its
// execution is shown again.
type surplus struct {
	room  int
	full  bool
	until instant // while it is full: what came no earlier stays out
	left  map[uint64]int32
	sum   int
	level int // of the executions with surplus one in 2^level is in left
}

// mostLeft is how many executions are known by name that have namings left out. With
// more of them it is known of a part, and how many there are is an estimate.
const mostLeft = 4096

func newSurplus(room int) surplus { return surplus{room: room, left: make(map[uint64]int32)} }

func (s *surplus) admits(n *naming) bool { return !s.full || n.compare(s.until) < 0 }

// note enters how many namings of an execution are left out, by the hash of its name.
func (s *surplus) note(hash uint64, left int32) {
	if left == 0 && len(s.left) == 0 || hash&(1<<s.level-1) != 0 {
		return
	}
	s.sum += int(left - s.left[hash])
	if left == 0 {
		delete(s.left, hash)
		return
	}
	s.left[hash] = left
	for len(s.left) > mostLeft {
		s.level++
		for h, n := range s.left {
			if h&(1<<s.level-1) != 0 {
				s.sum -= int(n)
				delete(s.left, h)
			}
		}
	}
}

// more is how many namings are left out.
func (s *surplus) more() int { return s.sum << s.level }

// sample is of how many namings it is found out when most of them came.
const sample = 1024

// trim leaves out what there is no room for, and a sixteenth of the room beyond: it is
// not to be done for every naming.
func (a *absences) trim() {
	s := &a.surplus
	if s.full && len(a.all) < s.room-s.room/4 {
		s.full = false
	}
	for len(a.all) > s.room {
		target := s.room - s.room/16
		some := make([]instant, 0, 2*sample)
		for at := 0; at < len(a.all); at += max(1, len(a.all)/sample) {
			some = append(some, a.all[at].instant)
		}
		slices.SortFunc(some, instant.compare)
		s.full, s.until = true, some[len(some)*target/len(a.all)]
		a.leaveOut(1, 0)
		a.leaveOut(0, target) // those of the same moment only as far as need be
	}
}

// leaveOut leaves out what came since then (0), or later (1), as long as there is more
// than so much.
func (a *absences) leaveOut(least, most int) {
	for at := len(a.all) - 1; at >= 0 && len(a.all) > most; at-- {
		if n := a.all[at]; n.compare(a.surplus.until) >= least {
			hash, _, _ := a.in.find(n.in.key())
			a.surplus.note(hash, a.surplus.left[hash]+1)
			a.drop(n)
		}
	}
}

// sweep looks at some of many namings by the built-in flow, and takes those out whose
// object has come under another correlation id: the built-in flow does not know of it,
// so that they would fill the list.
func (a *absences) sweep(some int, awaited func(lineage.Object) bool) {
	for ; some > 0 && len(a.all) > a.few; some-- {
		if a.swept++; a.swept >= len(a.all) {
			a.swept = 0
		}
		if n := a.all[a.swept]; n.ofBuiltIn() && !awaited(n.of.key()) {
			a.drop(n)
		}
	}
}
