package lineage

// table finds numbers by a hash of what they stand for. Several may share a
// hash: the asker says which one it means. It costs eight bytes a slot, where a
// map of strings costs a hundred.
type table struct {
	slots []uint64 // hash in the upper half, number + 1 in the lower; 0: free; lower half 0: was freed
	taken int      // slots that are not free
	live  int
}

// find returns the number under a hash that the asker takes for its own.
func (t *table) find(hash uint32, is func(n int32) bool) (int32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return 0, false
		}
		if uint32(slot>>32) == hash && uint32(slot) != 0 && is(int32(uint32(slot)-1)) {
			return int32(uint32(slot) - 1), true
		}
	}
}

// add enters a number under a hash.
func (t *table) add(hash uint32, n int32) {
	if 4*(t.taken+1) > 3*len(t.slots) {
		t.grow()
	}
	t.place(uint64(hash)<<32 | uint64(uint32(n)+1))
	t.live++
}

func (t *table) place(slot uint64) {
	mask := uint32(len(t.slots) - 1)
	i := uint32(slot>>32) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot
	t.taken++
}

// remove takes a number out again.
func (t *table) remove(hash uint32, n int32) {
	if len(t.slots) == 0 {
		return
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if t.slots[i] == uint64(hash)<<32|uint64(uint32(n)+1) {
			t.slots[i] = uint64(hash) << 32
			if t.slots[i] == 0 {
				t.slots[i] = 1 << 32 // hash 0: a mark that no look-up stops at
			}
			t.live--
			return
		}
	}
}

func (t *table) grow() {
	old := t.slots
	size := 16
	for size < 2*(t.live+1) {
		size *= 2
	}
	t.slots, t.taken = make([]uint64, size), 0
	for _, slot := range old {
		if uint32(slot) != 0 {
			t.place(slot)
		}
	}
}
