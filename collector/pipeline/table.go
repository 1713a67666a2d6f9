package pipeline

import "math/bits"

// slot is one identity: a hash of what names the item, and its content's.
type slot struct{ name, content uint64 }

// table is an open-addressing hash table of slots, 16 bytes each. It only grows.
type table struct {
	slots []slot
	n     int
}

// find returns the content under a name. Zero is not a name.
func (t *table) find(name uint64) (content uint64, ok bool) {
	if t.n == 0 {
		return 0, false
	}
	for i := t.home(name); ; {
		s := &t.slots[i]
		if s.name == name {
			return s.content, true
		}
		if s.name == 0 {
			return 0, false
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// put adds a name that is not there.
func (t *table) put(name, content uint64) {
	if 4*(t.n+1) > 3*len(t.slots) {
		old := t.slots
		t.slots = make([]slot, max(1024, 2*len(old)))
		for _, s := range old {
			if s.name != 0 {
				t.place(s)
			}
		}
	}
	t.place(slot{name, content})
	t.n++
}

func (t *table) place(s slot) {
	i := t.home(s.name)
	for t.slots[i].name != 0 {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	t.slots[i] = s
}

func (t *table) home(name uint64) int {
	hi, _ := bits.Mul64(name, uint64(len(t.slots)))
	return int(hi)
}

// generations remembers at least half and at most all of size names: when the
// young table has half of them, the old one is forgotten.
type generations struct {
	young, old table
	half       int
	block      uint64 // that is being added
	youngSince uint64 // the block with which the young table began
	oldSince   uint64
}

func (g *generations) find(name uint64) (uint64, bool) {
	if c, ok := g.young.find(name); ok {
		return c, true
	}
	return g.old.find(name)
}

func (g *generations) put(name, content uint64) {
	if g.young.n >= g.half {
		spare := g.old.slots
		if len(spare) > len(g.young.slots) {
			spare = nil
		}
		clear(spare)
		g.old, g.oldSince = g.young, g.youngSince
		g.young, g.youngSince = table{slots: spare}, g.block
	}
	g.young.put(name, content)
}

// since is the block from which on everything is remembered.
func (g *generations) since() uint64 { return g.oldSince }
