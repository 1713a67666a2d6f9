package lineage

import (
	"encoding/binary"

	"github.com/bits-and-blooms/bloom/v3"
)

// NumberSet remembers numbers that were hashed from something, in some fifteen bits each,
// however many come: a Bloom filter that grows by layers. One in a thousand others it
// takes for one of them. The zero NumberSet is empty. It is not safe for concurrent use.
type NumberSet struct{ layers []numberLayer }

type numberLayer struct {
	filter *bloom.BloomFilter
	room   int
}

const (
	firstNumbers = 1 << 16 // that the first layer has room for; each has twice the one before
	numberRate   = 0.001
)

// Empty tells whether nothing was ever added.
func (s *NumberSet) Empty() bool { return len(s.layers) == 0 }

// Reserve makes room for so many numbers in an empty set.
func (s *NumberSet) Reserve(numbers int) {
	if s.Empty() && numbers > firstNumbers {
		s.layers = append(s.layers, numberLayer{bloom.NewWithEstimates(uint(numbers), numberRate), numbers})
	}
}

// Add remembers a number.
func (s *NumberSet) Add(number uint64) {
	if s.Has(number) {
		return
	}
	last := len(s.layers) - 1
	if last < 0 || s.layers[last].room == 0 {
		room := firstNumbers << len(s.layers)
		s.layers = append(s.layers, numberLayer{bloom.NewWithEstimates(uint(room), numberRate), room})
		last++
	}
	var key [8]byte
	s.layers[last].filter.Add(binary.LittleEndian.AppendUint64(key[:0], number))
	s.layers[last].room--
}

// Has tells whether a number was added, or one in a thousand others.
func (s *NumberSet) Has(number uint64) bool {
	var key [8]byte
	binary.LittleEndian.PutUint64(key[:], number)
	for i := len(s.layers) - 1; i >= 0; i-- {
		if s.layers[i].filter.Test(key[:]) {
			return true
		}
	}
	return false
}
