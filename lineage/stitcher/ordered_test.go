package stitcher

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAnOrderedListHoldsWhatASortedOneDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		o := ordered[int]{compare: cmp.Compare[int]}
		var want []int
		rounds := rapid.IntRange(0, 4).Draw(t, "rounds")
		for range rounds {
			adds, values := random.IntN(3*runMost), 1+random.IntN(2000)
			for range adds {
				v := random.IntN(values)
				o.add(v)
				i, _ := slices.BinarySearch(want, v)
				want = slices.Insert(want, i, v)
			}
			for range random.IntN(3 * runMost) {
				v := random.IntN(values)
				i, there := slices.BinarySearch(want, v)
				if o.remove(v) != there {
					t.Fatalf("%d is there: %v", v, there)
				}
				if there {
					want = slices.Delete(want, i, i+1)
				}
			}
			check(t, &o, want)
		}
	})
}

func check(t *rapid.T, o *ordered[int], want []int) {
	if got := slices.Collect(o.from(spot{})); !slices.Equal(got, want) || o.size != len(want) {
		t.Fatalf("it holds %d values, of %d: %v; want %v", len(got), o.size, got, want)
	}
	for _, values := range o.runs {
		if len(values) == 0 || len(values) > runMost {
			t.Fatalf("a run of %d", len(values))
		}
	}
	if len(want) == 0 {
		return
	}
	if o.last() != want[len(want)-1] {
		t.Fatalf("the last is %d; want %d", o.last(), want[len(want)-1])
	}
	v := rapid.IntRange(-1, 2000).Draw(t, "sought")
	first, _ := slices.BinarySearch(want, v)
	at := o.seek(func(w int) bool { return w >= v })
	if got := slices.Collect(o.from(at)); !slices.Equal(got, want[first:]) || o.before(at) != first {
		t.Fatalf("from %d on: %v; want %v", v, got, want[first:])
	}
}

func TestWhatComesInOrderLeavesFullRuns(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]int{"rising": 1, "falling": -1} {
		o := ordered[int]{compare: cmp.Compare[int]}
		for i := range 10 * runMost {
			o.add(step * i)
		}
		if len(o.runs) != 10 {
			t.Errorf("%s: %d runs for what fills 10", name, len(o.runs))
		}
	}
}
