package lineage

import (
	"encoding/binary"

	"github.com/bits-and-blooms/bloom/v3"
)

// gone remembers, in some fifteen bits each, which ids and claims a graph has let go of
// entirely. One in a thousand others it takes for one of them: that costs a look into
// the store.
type gone struct{ layers []*layer }

type layer struct {
	filter *bloom.BloomFilter
	room   int
}

const (
	goneFirst = 1 << 16 // names that the first layer has room for; each has twice the one before
	goneRate  = 0.001
)

func (s *gone) none() bool { return len(s.layers) == 0 }

func (s *gone) add(number uint64) {
	if s.has(number) {
		return
	}
	last := len(s.layers) - 1
	if last < 0 || s.layers[last].room == 0 {
		room := goneFirst << len(s.layers)
		s.layers = append(s.layers, &layer{bloom.NewWithEstimates(uint(room), goneRate), room})
		last++
	}
	var key [8]byte
	s.layers[last].filter.Add(binary.LittleEndian.AppendUint64(key[:0], number))
	s.layers[last].room--
}

func (s *gone) has(number uint64) bool {
	var key [8]byte
	binary.LittleEndian.PutUint64(key[:], number)
	for i := len(s.layers) - 1; i >= 0; i-- {
		if s.layers[i].filter.Test(key[:]) {
			return true
		}
	}
	return false
}

func (s *gone) addEvent(id string)      { s.add(evidenceNumber(numberedEvent, id)) }
func (s *gone) hasEvent(id string) bool { return !s.none() && s.has(evidenceNumber(numberedEvent, id)) }
func (s *gone) addID(text string)       { s.add(evidenceNumber(numberedID, text)) }
func (s *gone) hasID(text string) bool  { return !s.none() && s.has(evidenceNumber(numberedID, text)) }
func (s *gone) addTwin(text string)     { s.add(evidenceNumber(numberedTwin, text)) }
func (s *gone) hasTwin(text string) bool {
	return !s.none() && s.has(evidenceNumber(numberedTwin, text))
}
func (s *gone) addClaim(k claimKey)      { s.add(k.number()) }
func (s *gone) hasClaim(k claimKey) bool { return !s.none() && s.has(k.number()) }
