package logs

import (
	"slices"

	"throughline/lineage"
)

// Sizes are the numbers of objects of a flow's anchored executions, and what part of
// all objects of the flow is in any of them, and in several.
type Sizes struct {
	Median, P99, Max int
	Covered, Shared  float64
}

// SizesOf measures the executions of a flow.
func SizesOf(subject Subject, flow string) Sizes {
	anchored, loose := subject.Executions(flow)
	sizes := make([]int, len(anchored))
	in := make(map[lineage.Object]int)
	for i, ref := range anchored {
		members := subject.Execution(ref).Members
		sizes[i] = len(members)
		for _, m := range members {
			in[m.Object]++
		}
	}
	reached, shared := len(in), 0
	for _, n := range in {
		if n > 1 {
			shared++
		}
	}
	for _, ref := range loose {
		for _, m := range subject.Execution(ref).Members {
			in[m.Object]++
		}
	}
	if len(sizes) == 0 {
		return Sizes{}
	}
	slices.Sort(sizes)
	rank := func(percent int) int { return sizes[(len(sizes)*percent+99)/100-1] }
	return Sizes{
		Median: rank(50), P99: rank(99), Max: rank(100),
		Covered: float64(reached) / float64(len(in)), Shared: float64(shared) / float64(len(in)),
	}
}
