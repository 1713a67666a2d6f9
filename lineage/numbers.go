package lineage

import "encoding/binary"

// numbers is a list of numbers in a slab, as it is read. It is valid until the
// list is changed.
type numbers []byte

func (v numbers) len() int { return len(v) / 4 }

func (v numbers) at(i int) uint32 { return binary.LittleEndian.Uint32(v[4*i:]) }

// list returns the list of a cell. Cell 0 is the empty one.
func (s *slab) list(c cell) numbers {
	if c == 0 {
		return nil
	}
	_, n := s.header(c)
	return numbers(s.memory(c)[4 : 4+4*n])
}

// push appends to a list and returns where it is now.
func (s *slab) push(c cell, values ...uint32) cell {
	if c == 0 {
		c = s.alloc(4 * len(values))
	}
	class, n := s.header(c)
	if room := s.room(c, class); 4*(n+len(values)) > room {
		bigger := s.alloc(max(4*(n+len(values)), 3*room/2))
		copy(s.memory(bigger)[4:], s.memory(c)[4:4+4*n])
		s.release(c)
		c = bigger
		class, _ = s.header(c)
	}
	m := s.memory(c)[4:]
	for i, v := range values {
		binary.LittleEndian.PutUint32(m[4*(n+i):], v)
	}
	s.setHeader(c, class, n+len(values))
	return c
}

// keepOnly removes the entries, each of width numbers, that keep refuses, and
// returns where the list is now: 0 when nothing is left.
func (s *slab) keepOnly(c cell, width int, keep func(entry numbers) bool) cell {
	if c == 0 {
		return 0
	}
	all := s.list(c)
	left := 0
	for i := 0; i < len(all); i += 4 * width {
		entry := all[i : i+4*width]
		if keep(entry) {
			copy(all[left:], entry)
			left += 4 * width
		}
	}
	if left == 0 {
		s.release(c)
		return 0
	}
	class, _ := s.header(c)
	s.setHeader(c, class, left/4)
	return c
}
