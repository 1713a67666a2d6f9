package main

import (
	"context"

	"throughline/lineage"
)

// recorder keeps what the stitcher is asked to decide: by the collector, which is made
// after it, since it takes in what the stitcher is fed.
type recorder struct{ house *Program }

// Decide returns nil once the decision is in the journal.
func (r recorder) Decide(ctx context.Context, d lineage.Decision) error {
	if r.house.collector == nil {
		return lineage.Errorf(lineage.Unavailable, "keep decision", "the house is still starting; try again in a moment")
	}
	return r.house.collector.Decide(ctx, d)
}
