package pipeline

import (
	"maps"
	"slices"
	"time"

	"throughline/lineage"
)

// Status is how the pipeline stands at one moment.
type Status struct {
	Writer   string // the journal's identity
	State    string // what it is doing, in words
	Block    uint64 // the last block that is stored
	Pending  int    // blocks that are cut and not yet stored
	InFlight uint64 // items of all signals that are acknowledged and have no fate yet
	Troubles []string
	Signals  []SignalStatus // Traces, Logs, Events
}

// SignalStatus is the accounting of one signal since the journal began. At any
// moment Received = Stored + Quarantined + Deduplicated + InFlight.
type SignalStatus struct {
	Signal       lineage.Signal
	Received     uint64
	Quarantined  uint64
	Deduplicated uint64
	Stored       uint64
	Stitched     uint64        // events from this signal that are durable in the feed
	InFlight     uint64        // items that are acknowledged and have no fate yet
	Lag          time.Duration // age of the oldest item in flight; zero without any
}

// Status returns the state. It is cheap enough for every page view.
func (p *Pipeline) Status() Status {
	fed := ^uint64(0)
	if p.deps.Feed != nil {
		fed = p.deps.Feed.Checkpoint()
	}
	now := p.deps.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	journal := p.deps.Journal.Stats()
	s := Status{Writer: p.writer, State: p.state, Block: p.cp.Block, Pending: len(p.arrivals)}
	for _, what := range slices.Sorted(maps.Keys(p.troubles)) {
		s.Troubles = append(s.Troubles, what+": "+p.troubles[what].Error())
	}
	if journal.Err != nil {
		s.Troubles = append(s.Troubles, journal.Err.Error())
	}
	oldest := now
	if p.cp.At > 0 && p.state != "running" {
		oldest = time.Unix(0, p.cp.At) // what comes next has not been read yet
	}
	if len(p.arrivals) > 0 {
		oldest = p.arrivals[0]
	}
	for signal := lineage.Traces; signal <= lineage.Events; signal++ {
		// A journal whose tail is lost to the disk may count less than is stored.
		t, all := p.cp.Totals[signal], max(journal.Received[signal], p.cp.Through[signal])
		g := SignalStatus{
			Signal: signal, Quarantined: t.Quarantined, Deduplicated: t.Deduplicated, Stored: t.Stored,
			Stitched: p.cp.Freed.Stitched[signal],
			Received: uint64(int64(all-p.cp.Base[signal]) + t.Adjusted),
			InFlight: all - p.cp.Through[signal],
		}
		for _, o := range p.open {
			if o.Block <= fed {
				g.Stitched += o.Stitched[signal]
			}
		}
		if g.InFlight > 0 {
			g.Lag = max(0, now.Sub(oldest))
		}
		s.InFlight += g.InFlight
		s.Signals = append(s.Signals, g)
	}
	return s
}

// Stored returns the last block that is stored, with all before it.
func (p *Pipeline) Stored() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cp.Block
}

// Lag returns how old the oldest item in flight is, of any signal; zero without any.
func (s *Status) Lag() time.Duration {
	var most time.Duration
	for _, g := range s.Signals {
		most = max(most, g.Lag)
	}
	return most
}
