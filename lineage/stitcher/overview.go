package stitcher

import (
	"context"
	"time"

	"throughline/lineage"
)

// latest is how many executions of a flow the first page shows.
const latest = 20

// Overview returns the state of every flow that holds anything. The built-in flow
// shows what others show, by correlation id; it stands in only where none does.
func (s *Stitcher) Overview(_ context.Context, tenant string) ([]lineage.FlowOverview, error) {
	if err := s.ready("overview"); err != nil {
		return nil, err
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []lineage.FlowOverview
	for _, name := range s.board.order { // the built-in one is last
		if name == lineage.TransactionFlow && len(all) > 0 {
			break
		}
		fb := s.board.flows[name]
		if total, _ := fb.total(); total > 0 {
			all = append(all, fb.overview(s.deps.Now()))
		}
	}
	return all, nil
}

func (fb *flowBoard) overview(now time.Time) lineage.FlowOverview {
	total, loose := fb.total()
	o := lineage.FlowOverview{Flow: fb.name, Unanchored: loose, Total: total - loose}
	counts := fb.counts()
	for _, stage := range append([]string{""}, fb.stages...) {
		if c := counts[stage]; c != nil {
			o.Stages = append(o.Stages, *c)
		} else if stage != "" {
			o.Stages = append(o.Stages, lineage.StageCount{Stage: stage})
		}
	}
	for r := range fb.rows.from(spot{}) {
		if len(o.Latest) == latest {
			break
		}
		o.Latest = append(o.Latest, r.summary())
	}
	o.Trend, o.Latency, o.Previous = fb.took.trend(now)
	return o
}

// counts adds up the executions by stage. What no anchor reaches counts where it has
// begun one.
func (fb *flowBoard) counts() map[string]*lineage.StageCount {
	counts := make(map[string]*lineage.StageCount)
	for key, t := range fb.tallies {
		if t.count == 0 || key.loose && key.stage == "" {
			continue
		}
		c := counts[key.stage]
		if c == nil {
			c = &lineage.StageCount{Stage: key.stage}
			counts[key.stage] = c
		}
		switch key.state {
		case lineage.StateCompleted:
			c.Completed += t.count
		case lineage.StateFailed:
			c.Failed += t.count
		case lineage.StateRetrying:
			c.Retrying += t.count
		case lineage.StateObserved:
			c.Observed += t.count
		default:
			c.Open += t.count
		}
	}
	return counts
}
