package lineage

// set is a small set of indexes.
type set map[int32]struct{}

func (s set) add(i int32) { s[i] = struct{}{} }

func (s set) has(i int32) bool { _, ok := s[i]; return ok }

// index numbers strings in the order in which they come.
type index struct {
	names []string
	by    map[string]int32
}

func newIndex() index { return index{by: make(map[string]int32)} }

func (x *index) of(name string) int32 {
	if i, ok := x.by[name]; ok {
		return i
	}
	i := int32(len(x.names))
	x.names = append(x.names, name)
	x.by[name] = i
	return i
}

// mark is a set that is emptied in no time: an entry counts only when it was
// made in the pass at hand.
type mark struct {
	pass uint32
	at   []uint32
}

func (m *mark) begin(size int) {
	if m.pass++; m.pass == 0 || len(m.at) < size {
		m.at = make([]uint32, size+size/2)
		m.pass = 1
	}
}

// first tells whether i was not yet there, and puts it in.
func (m *mark) first(i int32) bool {
	if m.at[i] == m.pass {
		return false
	}
	m.at[i] = m.pass
	return true
}

func (m *mark) has(i int32) bool { return m.at[i] == m.pass }
