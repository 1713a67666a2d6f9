package lineage

import (
	"encoding/binary"
	"math/bits"
)

// cell is a place in a slab; 0 is none.
type cell uint32

// A slab keeps many small byte strings and lists of numbers in large pages. A
// resident graph has tens of millions of them: on their own each would cost a
// pointer, a header and a rounded-up allocation, and the garbage collector would
// visit every one. A cell begins with four bytes: its class and its length.
type slab struct {
	pages [][]byte
	next  uint32            // first free granule of the last shared page
	last  uint32            // number of that page
	free  [largeCell][]cell // freed cells, by class
	spare []uint32          // page numbers that large cells gave back
	used  int               // bytes of cells in use
}

const (
	granule   = 8
	pageBits  = 17 // granules of a page: 1 MiB, and 32 GiB in all
	pageSize  = granule << pageBits
	largeCell = 63 // class of a cell with a page of its own
	lenBits   = 26
	maxLen    = 1<<lenBits - 1
)

// cellSize is how many bytes a class has, its header too: steps of 8 up to 256,
// then four steps to each doubling.
func cellSize(class int) int {
	if class < 32 {
		return (class + 1) * granule
	}
	doubling, step := (class-32)/4, (class-32)%4
	return 256<<doubling + (step+1)*(64<<doubling)
}

// classOf is the least class that holds size bytes.
func classOf(size int) int {
	if size <= 256 {
		return max((size+granule-1)/granule-1, 0)
	}
	doubling := bits.Len(uint(size-1)) - 9
	class := 32 + 4*doubling + (size-1-256<<doubling)/(64<<doubling)
	return min(class, largeCell)
}

func (s *slab) memory(c cell) []byte {
	return s.pages[c>>pageBits][(c&(1<<pageBits-1))*granule:]
}

func (s *slab) header(c cell) (class, n int) {
	h := binary.LittleEndian.Uint32(s.memory(c))
	return int(h >> lenBits), int(h & maxLen)
}

func (s *slab) setHeader(c cell, class, n int) {
	binary.LittleEndian.PutUint32(s.memory(c), uint32(class)<<lenBits|uint32(n))
}

// room is how many bytes a cell can hold.
func (s *slab) room(c cell, class int) int {
	if class == largeCell {
		return len(s.pages[c>>pageBits]) - 4
	}
	return cellSize(class) - 4
}

// alloc returns a cell for size bytes of content.
func (s *slab) alloc(size int) cell {
	class := classOf(size + 4)
	if class == largeCell {
		return s.allocLarge(size)
	}
	s.used += cellSize(class)
	if list := s.free[class]; len(list) > 0 {
		c := list[len(list)-1]
		s.free[class] = list[:len(list)-1]
		s.setHeader(c, class, 0)
		return c
	}
	granules := uint32(cellSize(class) / granule)
	if len(s.pages) == 0 || s.next+granules > 1<<pageBits {
		s.last = s.page(pageSize)
		s.next = 0
		if s.last == 0 {
			s.next = 1 // cell 0 is none
		}
	}
	c := cell(s.last<<pageBits | s.next)
	s.next += granules
	s.setHeader(c, class, 0)
	return c
}

// allocLarge gives a cell a page of its own, with room to grow.
func (s *slab) allocLarge(size int) cell {
	if len(s.pages) == 0 {
		s.last, s.next = s.page(pageSize), 1
	}
	size += size/2 + 4
	p := s.page(size)
	s.used += size
	c := cell(p << pageBits)
	s.setHeader(c, largeCell, 0)
	return c
}

func (s *slab) page(size int) uint32 {
	if n := len(s.spare); n > 0 {
		p := s.spare[n-1]
		s.spare = s.spare[:n-1]
		s.pages[p] = make([]byte, size)
		return p
	}
	if len(s.pages) == 1<<(32-pageBits) {
		panic("lineage: the slab is full: 32,768 pages; no cell can name another") // to go on would overwrite what is kept
	}
	s.pages = append(s.pages, make([]byte, size))
	return uint32(len(s.pages) - 1)
}

// release gives a cell back. Nothing of it may be read any more.
func (s *slab) release(c cell) {
	if c == 0 {
		return
	}
	class, _ := s.header(c)
	s.used -= s.room(c, class) + 4
	if class == largeCell {
		p := uint32(c) >> pageBits
		s.pages[p] = nil
		s.spare = append(s.spare, p)
		return
	}
	s.free[class] = append(s.free[class], c)
}

// put keeps a copy of some bytes.
func (s *slab) put(b []byte) cell {
	c := s.alloc(len(b))
	class, _ := s.header(c)
	s.setHeader(c, class, len(b))
	copy(s.memory(c)[4:], b)
	return c
}

// bytes returns what put kept. It is shared memory, valid until release.
func (s *slab) bytes(c cell) []byte {
	if c == 0 {
		return nil
	}
	_, n := s.header(c)
	return s.memory(c)[4 : 4+n : 4+n]
}
