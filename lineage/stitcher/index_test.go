package stitcher

import (
	"testing"

	"pgregory.net/rapid"
)

type keyed struct{ k, value int }

func (t *keyed) key() int { return t.k }

func TestAnIndexIsAMapWhateverCollides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := newIndex[int, *keyed]()
		x.hash = func(k int) uint64 { return uint64(k % 3) }
		want := make(map[int]*keyed)
		for i := range rapid.IntRange(0, 40).Draw(t, "steps") {
			k := rapid.IntRange(0, 12).Draw(t, "key")
			if want[k] == nil {
				want[k] = &keyed{k, i}
				x.add(k, want[k])
			} else {
				delete(want, k)
				x.remove(k)
			}
			for k := range 13 {
				if _, got, ok := x.find(k); ok != (want[k] != nil) || ok && got != want[k] {
					t.Fatalf("%d leads to %v, %v; want %v", k, got, ok, want[k])
				}
			}
			if len(x.of) != len(want) {
				t.Fatalf("it holds %d; want %d", len(x.of), len(want))
			}
		}
	})
}
