package service

import (
	"encoding/binary"
	"hash/fnv"
	"time"
)

// Pace spreads the steps of a journey over its time, a little differently for
// each document and the same for the same seed.
type Pace struct {
	Journey time.Duration // of a usual order from won to paid
	Seed    uint64
}

// Of returns about share of the journey: from four fifths of that to six fifths,
// by the key.
func (p Pace) Of(share float64, key string) time.Duration {
	h := fnv.New64a()
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], p.Seed)
	h.Write(seed[:])
	h.Write([]byte(key))
	jitter := 0.8 + 0.4*float64(h.Sum64()%1000)/1000
	return time.Duration(float64(p.Journey) * share * jitter)
}
