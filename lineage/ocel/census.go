package ocel

import (
	"slices"
	"time"
)

// census counts what a guess is made from: which objects meet in events and in
// relationships, and when each was first and last seen.
type census struct {
	log    *Log
	typeOf map[string]int // of an object, as its place in log.ObjectTypes
	first  map[string]time.Time
	last   map[string]time.Time
	pairs  map[[2]string]bool // objects that meet, each pair once, the lesser first
	met    [][]int            // pairs by the types of the two, both ways
	before [][]int            // of these, how often the one type's object was there first
	size   []int              // objects by type
}

// A crowd is an event that names so many objects that who meets whom says nothing,
// and would be costly to count. After most pairs the picture does not change.
const (
	crowd     = 100
	mostPairs = 4_000_000
)

func count(l *Log) *census {
	n := len(l.ObjectTypes)
	c := &census{
		log: l, typeOf: make(map[string]int, len(l.Objects)), first: firsts(l), last: make(map[string]time.Time),
		pairs: make(map[[2]string]bool), met: square(n), before: square(n), size: make([]int, n),
	}
	place := make(map[string]int, n)
	for i, t := range l.ObjectTypes {
		place[t.Name] = i
	}
	for _, o := range l.Objects {
		c.typeOf[o.ID] = place[o.Type]
		c.size[place[o.Type]]++
	}
	for i := range l.Events {
		e := &l.Events[i]
		for j, r := range e.Relationships {
			if e.Time.After(c.last[r.ObjectID]) {
				c.last[r.ObjectID] = e.Time
			}
			if len(e.Relationships) > crowd {
				continue
			}
			for _, s := range e.Relationships[:j] {
				c.meet(r.ObjectID, s.ObjectID)
			}
		}
	}
	for _, o := range l.Objects {
		for _, r := range o.Relationships {
			c.meet(o.ID, r.ObjectID)
		}
	}
	return c
}

func square(n int) [][]int {
	all := make([][]int, n)
	for i := range all {
		all[i] = make([]int, n)
	}
	return all
}

func (c *census) meet(a, b string) {
	if b < a {
		a, b = b, a
	}
	if a == b || c.pairs[[2]string{a, b}] || len(c.pairs) >= mostPairs {
		return
	}
	c.pairs[[2]string{a, b}] = true
	s, t := c.typeOf[a], c.typeOf[b]
	c.met[s][t]++
	c.met[t][s]++
	at, seenA := c.first[a]
	bt, seenB := c.first[b]
	switch {
	case !seenA || !seenB:
	case at.Before(bt):
		c.before[s][t]++
	case bt.Before(at):
		c.before[t][s]++
	}
}

// meets is how many objects of type t one of type s meets on average.
func (c *census) meets(s, t int) float64 {
	if c.size[s] == 0 {
		return 0
	}
	return float64(c.met[s][t]) / float64(c.size[s])
}

// fan is the type of which objects of type s bring together the most, and how many,
// where these meet far fewer of s: a customer and its orders, not an order and its
// two packages.
func (c *census) fan(s int) (of int, width float64) {
	of = -1
	for t := range c.size {
		wide := c.meets(s, t)
		if t != s && wide > width && wide >= 5*c.meets(t, s) {
			of, width = t, wide
		}
	}
	return of, width
}

// spans is the share of the log's time in which an object of a type is typically
// (in the median) seen.
func (c *census) spans(s int) float64 {
	var whole time.Duration
	var lives []time.Duration
	for id, t := range c.typeOf {
		from, ok := c.first[id]
		if !ok {
			continue
		}
		whole = max(whole, c.last[id].Sub(c.first[""]))
		if t == s {
			lives = append(lives, c.last[id].Sub(from))
		}
	}
	if whole == 0 || len(lives) == 0 {
		return 0
	}
	slices.Sort(lives)
	return float64(lives[len(lives)/2]) / float64(whole)
}
