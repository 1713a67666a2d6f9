package stitcher

import (
	"cmp"
	"slices"
	"time"

	"throughline/lineage"
)

// board keeps the summary of every execution, for lists and the first page.
type board struct {
	flows map[string]*flowBoard
	order []string // of flows, as the pages show them
}

type flowBoard struct {
	stages    []string
	summaries map[lineage.Object]lineage.Summary
	counts    map[string]*lineage.StageCount
	loose     int
	sorted    []lineage.Summary // newest first, but for what is in stale
	stale     map[lineage.Object]bool
}

func newBoard(cat *lineage.Catalogue) *board {
	b := &board{flows: make(map[string]*flowBoard)}
	for _, f := range cat.Flows() {
		fb := b.add(f.Name)
		for _, s := range f.Stages {
			fb.stages = append(fb.stages, s.Name)
		}
	}
	b.add(lineage.TransactionFlow)
	return b
}

func (b *board) add(name string) *flowBoard {
	fb := &flowBoard{
		summaries: make(map[lineage.Object]lineage.Summary), counts: make(map[string]*lineage.StageCount),
		stale: make(map[lineage.Object]bool),
	}
	b.flows[name] = fb
	b.order = append(b.order, name)
	return fb
}

// refs returns every execution that is on the board.
func (b *board) refs() []lineage.ExecutionRef {
	var refs []lineage.ExecutionRef
	for name, fb := range b.flows {
		for anchor := range fb.summaries {
			refs = append(refs, lineage.ExecutionRef{Flow: name, Anchor: anchor})
		}
	}
	return refs
}

// put replaces what is known of an execution; nil takes it away.
func (b *board) put(ref lineage.ExecutionRef, x *lineage.Execution) {
	fb := b.flows[ref.Flow]
	fb.stale[ref.Anchor] = true
	if old, ok := fb.summaries[ref.Anchor]; ok {
		fb.count(old, -1)
		delete(fb.summaries, ref.Anchor)
	}
	if x != nil {
		s := x.Summarise()
		fb.summaries[ref.Anchor] = s
		fb.count(s, 1)
	}
}

func (fb *flowBoard) count(s lineage.Summary, by int) {
	if s.Unanchored {
		fb.loose += by
		if s.Stage == "" {
			return
		}
	}
	c := fb.counts[s.Stage]
	if c == nil {
		c = &lineage.StageCount{Stage: s.Stage}
		fb.counts[s.Stage] = c
	}
	switch s.State {
	case lineage.StateCompleted:
		c.Completed += by
	case lineage.StateFailed:
		c.Failed += by
	case lineage.StateRetrying:
		c.Retrying += by
	case lineage.StateObserved:
		c.Observed += by
	default:
		c.Open += by
	}
}

// newest returns the summaries, newest first. Only what has changed is sorted; it
// is merged into the rest, so that a page under load does not sort all there is.
func (fb *flowBoard) newest() []lineage.Summary {
	if len(fb.stale) == 0 {
		return fb.sorted
	}
	fresh := make([]lineage.Summary, 0, len(fb.stale))
	for anchor := range fb.stale {
		if s, ok := fb.summaries[anchor]; ok {
			fresh = append(fresh, s)
		}
	}
	slices.SortFunc(fresh, compareSummaries)
	merged := make([]lineage.Summary, 0, len(fb.summaries))
	for _, s := range fb.sorted {
		if fb.stale[s.Anchor] {
			continue
		}
		for len(fresh) > 0 && compareSummaries(fresh[0], s) < 0 {
			merged, fresh = append(merged, fresh[0]), fresh[1:]
		}
		merged = append(merged, s)
	}
	fb.sorted = append(merged, fresh...)
	clear(fb.stale)
	return fb.sorted
}

func compareSummaries(a, b lineage.Summary) int {
	return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
}

// trendMinutes is how far back latency is told; what it is compared with is as
// long before that.
const trendMinutes = 60

func (fb *flowBoard) overview(name string, now time.Time) lineage.FlowOverview {
	o := lineage.FlowOverview{Flow: name, Unanchored: fb.loose, Total: len(fb.summaries) - fb.loose}
	for _, stage := range append([]string{""}, fb.stages...) {
		if c := fb.counts[stage]; c != nil {
			o.Stages = append(o.Stages, *c)
		} else if stage != "" {
			o.Stages = append(o.Stages, lineage.StageCount{Stage: stage})
		}
	}
	perMinute := make([][]time.Duration, trendMinutes)
	var hour, before []time.Duration
	this := now.Truncate(time.Minute)
	for _, s := range fb.newest() {
		if len(o.Latest) < 20 {
			o.Latest = append(o.Latest, s)
		}
		ago := int(this.Sub(s.EndedAt.Truncate(time.Minute)) / time.Minute)
		if s.State != lineage.StateCompleted || s.Unanchored || ago < 0 || ago >= 2*trendMinutes {
			continue
		}
		took := s.EndedAt.Sub(s.StartedAt)
		if ago >= trendMinutes {
			before = append(before, took)
			continue
		}
		hour = append(hour, took)
		perMinute[trendMinutes-1-ago] = append(perMinute[trendMinutes-1-ago], took)
	}
	o.Latency, o.Previous = latencyOf(hour), latencyOf(before)
	for _, minute := range perMinute {
		o.Trend = append(o.Trend, latencyOf(minute))
	}
	return o
}

func latencyOf(took []time.Duration) lineage.Latency {
	if len(took) == 0 {
		return lineage.Latency{}
	}
	slices.Sort(took)
	rank := func(percent int) time.Duration { return took[(len(took)*percent+99)/100-1] }
	return lineage.Latency{Samples: len(took), P50: rank(50), P95: rank(95), Max: took[len(took)-1]}
}
