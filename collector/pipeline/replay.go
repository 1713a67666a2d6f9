package pipeline

import (
	"errors"
	"slices"

	"throughline/collector/journal"
	"throughline/lineage"
)

// refeed makes the blocks again that are stored but not yet the feed's for good,
// and hands it their events. It reports false when the pipeline was stopped.
func (p *Pipeline) refeed() bool {
	last, through := p.ledger.Freed.Last, p.ledger.Freed.Through
	for _, c := range p.ledger.stored {
		if p.deps.Feed == nil {
			return true
		}
		if c.First != last+1 {
			last, through = c.First-1, c.Through // the feed has the blocks between from the store
		}
		catalogue, err := p.catalogue(c.Catalogue)
		if err != nil {
			catalogue = p.deps.Catalogue()
		}
		d, ok := p.again(c, last, through, catalogue)
		if !ok {
			return false
		}
		select {
		case p.feeds <- d.feeding():
		case <-p.working.Done():
			return false
		}
		last, through = c.Last, c.Through
	}
	return true
}

// replay makes the blocks again that were cut and perhaps stored. It returns
// where the last one ended; ok is false when the pipeline was stopped.
func (p *Pipeline) replay() (last uint64, through journal.Counts, ok bool) {
	last, through = p.ledger.Last, p.ledger.Through
	for _, c := range p.ledger.doubt {
		catalogue, err := p.catalogue(c.Catalogue)
		if err != nil {
			p.giveUp(c, err.Error())
			return last, through, true
		}
		p.mu.Lock()
		if p.cp.Block == 0 && last == 0 {
			through = c.Base
			p.cp.Base, p.cp.Through = through, through
		}
		p.mu.Unlock()
		d, ok := p.again(c, last, through, catalogue)
		if !ok {
			return last, through, false
		}
		if !d.same(c) {
			p.giveUp(c, "it comes out differently")
			return last, through, true
		}
		p.window.begin(c.Block)
		p.window.remember(d.block)
		p.arrived(d.came)
		p.metrics.replayed.Inc()
		if !p.send(d, &pending{cut: c, block: d.block, inDoubt: true, late: d.late}) {
			return last, through, false
		}
		last, through = c.Last, c.Through
	}
	return last, through, true
}

// again makes one block from its cut.
func (p *Pipeline) again(c *cut, last uint64, through journal.Counts, catalogue *lineage.Catalogue) (*draft, bool) {
	r := p.deps.Journal.Reader(p.resume(c.First - 1))
	defer r.Close()
	d := p.draft(c.Block, last, through, catalogue, &script{left: c.Fates})
	d.Salvage = c.Salvage
	for d.Records < c.Records {
		rec, ok, err := p.read(r)
		if errors.Is(err, journal.ErrClosed) || err == nil && !ok {
			break // it ends early: the caller sees that it is not the same
		}
		if err != nil {
			return d, false
		}
		d.add(&rec)
	}
	d.seal()
	return d, true
}

// giveUp gives up a block that is in doubt, and those behind it.
func (p *Pipeline) giveUp(c *cut, why string) {
	p.metrics.givenUp.Inc()
	p.mu.Lock()
	p.open = slices.DeleteFunc(p.open, func(o openBlock) bool { return o.Block >= c.Block })
	p.mu.Unlock()
	p.deps.Log.Warn("a block cannot be made again; its records become new blocks, without what the store has of them",
		"block", c.Block, "why", why, "catalogue", c.Catalogue, "decoder", c.Decoder)
}

// catalogue finds the one that a block was mapped by.
func (p *Pipeline) catalogue(hash string) (*lineage.Catalogue, error) {
	if now := p.deps.Catalogue(); now.Hash() == hash {
		return now, nil
	}
	if p.deps.Catalogues == nil {
		return nil, lineage.Errorf(lineage.NotFound, "pipeline", "catalogue %s is not in force any more", hash)
	}
	return p.deps.Catalogues(hash)
}
