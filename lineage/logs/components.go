package logs

import "throughline/lineage"

// Components is the stitching that does not work: whatever shares an id is one, by
// union-find over all objects that events name together. It is here to be compared
// with. The zero Components is empty and ready to use.
type Components struct {
	index  map[lineage.Object]int
	parent []int
	size   []int
}

// Add unites what an event names together, and what it relates.
func (c *Components) Add(e *lineage.Event) {
	for _, r := range e.Refs {
		c.unite(e.Refs[0].Object, r.Object)
	}
	for _, r := range e.Relations {
		c.unite(r.From, r.To)
	}
}

func (c *Components) unite(a, b lineage.Object) {
	x, y := c.find(c.of(a)), c.find(c.of(b))
	if x == y {
		return
	}
	if c.size[x] < c.size[y] {
		x, y = y, x
	}
	c.parent[y] = x
	c.size[x] += c.size[y]
}

// Len returns how many objects there are.
func (c *Components) Len() int { return len(c.parent) }

// Largest returns how many objects the largest component has.
func (c *Components) Largest() int {
	largest := 0
	for n, parent := range c.parent {
		if n == parent {
			largest = max(largest, c.size[n])
		}
	}
	return largest
}

func (c *Components) of(o lineage.Object) int {
	n, ok := c.index[o]
	if !ok {
		if c.index == nil {
			c.index = make(map[lineage.Object]int)
		}
		n = len(c.parent)
		c.index[o] = n
		c.parent = append(c.parent, n)
		c.size = append(c.size, 1)
	}
	return n
}

func (c *Components) find(n int) int {
	for c.parent[n] != n {
		c.parent[n] = c.parent[c.parent[n]]
		n = c.parent[n]
	}
	return n
}
