package pipeline

import (
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// insert is the goroutine that stores blocks, one after the other.
func (p *Pipeline) insert() {
	tick := time.NewTicker(p.cfg.Settle)
	defer tick.Stop()
	for {
		select {
		case q, ok := <-p.inserts:
			if !ok {
				return
			}
			if !p.store(q) {
				// Nobody may wait for room here; what is left is made again.
				for range p.inserts {
				}
				return
			}
		case <-tick.C:
			if p.settle() {
				p.save()
			}
		}
	}
}

// store inserts a block, for as long as it takes, and writes the checkpoint.
func (p *Pipeline) store(q *pending) bool {
	if q.block.Rows() > 0 {
		inDoubt := q.inDoubt
		err := p.retry(p.working, "store a block", func() error {
			start := p.deps.Now()
			err := p.deps.Sink.Append(p.working, q.block, inDoubt)
			p.metrics.inserted(p.deps.Now().Sub(start), err)
			inDoubt = true
			return err
		})
		if err != nil {
			return false
		}
	}
	p.recycle(q.block)
	p.mu.Lock()
	c := q.cut
	p.cp.Block, p.cp.Last, p.cp.Through = c.Block, c.Last, c.Through
	p.cp.Totals.add(c.Tally)
	p.cp.At, p.cp.Since = q.late.UnixNano(), c.Since
	p.arrivals = p.arrivals[1:]
	p.mu.Unlock()
	p.settle()
	return p.save()
}

// settle moves the freed mark to the last block that is stored and durable in
// the feed. It reports whether that changed anything.
func (p *Pipeline) settle() bool {
	upTo := ^uint64(0)
	if p.deps.Feed != nil {
		upTo = p.deps.Feed.Checkpoint()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	upTo = min(upTo, p.cp.Block)
	n := 0
	for ; n < len(p.open) && p.open[n].Block <= upTo; n++ {
		stitched := p.cp.Freed.Stitched
		for i, events := range p.open[n].Stitched {
			stitched[i] += events
		}
		p.cp.Freed = p.open[n].mark
		p.cp.Freed.Stitched = stitched
	}
	p.open = p.open[n:]
	return n > 0
}

// placeCheckpoint writes the checkpoint down and returns it, and the first place
// in the ledger that is still needed.
func (p *Pipeline) placeCheckpoint() (cp checkpoint, needed uint64, ok bool) {
	p.placing <- struct{}{}
	defer func() { <-p.placing }()
	p.mu.Lock()
	cp = p.cp
	p.mu.Unlock()
	seq, err := p.place(p.working, journal.Checkpoint, &cp)
	if err != nil {
		return cp, 0, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) > 0 {
		seq = min(seq, p.open[0].seq)
	}
	return cp, seq, true
}

// save writes the checkpoint, and only then frees what it says is not needed.
func (p *Pipeline) save() bool {
	cp, seq, ok := p.placeCheckpoint()
	if !ok {
		return false
	}
	p.trouble("free the journal", p.deps.Journal.Free(cp.Freed.Last))
	p.trouble("free the ledger", p.deps.Ledger.Free(seq-1))
	return true
}

// recycle keeps the room of a block for another one. The feed keeps the events.
func (p *Pipeline) recycle(b *lineage.Block) {
	clear(b.Spans)
	clear(b.Logs)
	clear(b.Identifiers)
	select {
	case p.spare <- &lineage.Block{Spans: b.Spans[:0], Logs: b.Logs[:0], Identifiers: b.Identifiers[:0]}:
	default:
	}
}

// feed is the goroutine that hands events to the feed.
func (p *Pipeline) feed() {
	for f := range p.feeds {
		if p.deps.Feed == nil || p.working.Err() != nil {
			continue
		}
		_ = p.retry(p.working, "feed the stitcher", func() error {
			return p.deps.Feed.Events(p.working, f.block, f.events)
		})
	}
}
