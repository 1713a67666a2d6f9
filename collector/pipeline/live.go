package pipeline

import (
	"errors"
	"time"

	"throughline/collector/journal"
)

// follow makes blocks of what comes into the journal, until Stop.
func (p *Pipeline) follow(last uint64, through journal.Counts) {
	r := p.deps.Journal.Reader(p.resume(last))
	defer r.Close()
	next := (p.ledger.top/epoch + 1) * epoch
	var d *draft
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		rec, ok, err := p.read(r)
		if err != nil {
			if d != nil {
				p.finish(d)
			}
			return
		}
		if ok {
			if d != nil && d.Day != dayOf(rec.Ingested) {
				if !p.finish(d) {
					return
				}
				last, through, d = d.Last, d.Through, nil
			}
			if d == nil {
				through = p.base(&rec, last, through)
				d = p.draft(next, last, through, p.deps.Catalogue(), live{p.window})
				d.Salvage = d.First <= p.ledger.reach
				next++
				p.window.begin(d.Block)
				p.arrived(rec.Ingested)
				timer.Reset(p.cfg.BlockAge)
			}
			d.add(&rec)
		}
		due := d != nil && (d.rows() >= p.cfg.BlockRows || d.bytes >= p.cfg.BlockBytes || p.deps.Now().Sub(d.began) >= p.cfg.BlockAge)
		if !ok && !due {
			select {
			case <-r.More():
				continue
			case <-timer.C:
				due = d != nil
			case <-p.reading.Done():
				continue // read says so
			}
		}
		if due {
			if !p.finish(d) {
				return
			}
			last, through, d = d.Last, d.Through, nil
		}
	}
}

// resume is the record to go on with. The journal's own numbers never go back,
// so a ledger that is ahead of them belongs to records that are gone.
func (p *Pipeline) resume(last uint64) uint64 {
	if last == 0 {
		return 0
	}
	if next := p.deps.Journal.Stats().Next; last >= next {
		p.deps.Log.Error("the journal ends before its ledger does: segments have been taken away", "ledger", last, "journal", next)
	}
	return last + 1
}

// read returns the next record, if there is one. An error means the end.
func (p *Pipeline) read(r *journal.Reader) (rec journal.Record, ok bool, err error) {
	if p.reading.Err() != nil {
		return rec, false, p.reading.Err()
	}
	ended := false
	err = p.retry(p.reading, "read the journal", func() error {
		var err error
		if rec, ok, err = r.TryNext(); errors.Is(err, journal.ErrClosed) {
			ended = true
			return nil
		}
		return err
	})
	if ended {
		err = journal.ErrClosed
	}
	return rec, ok, err
}

// base notes what the journal had counted before the first record that this
// ledger knows of.
func (p *Pipeline) base(rec *journal.Record, last uint64, through journal.Counts) journal.Counts {
	if last != 0 {
		return through
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cp.Block == 0 {
		p.cp.Base, p.cp.Through = rec.Before, rec.Before
		return rec.Before
	}
	return through
}

func (p *Pipeline) arrived(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrivals = append(p.arrivals, at)
}

// finish writes the cut down and hands the block on. It reports false when the
// pipeline was stopped for good first.
func (p *Pipeline) finish(d *draft) bool {
	d.seal()
	p.usual = len(d.block.Events)
	d.Since = p.window.since()
	p.mu.Lock()
	d.Base = p.cp.Base
	p.mu.Unlock()
	if !p.placeCut(d) {
		return false
	}
	p.metrics.cut(d)
	return p.send(d, &pending{cut: &d.cut, block: d.block, late: d.late})
}

// placeCut writes the cut down and keeps it from being freed, which no checkpoint
// may come between: it would free what it does not see open.
func (p *Pipeline) placeCut(d *draft) bool {
	p.placing <- struct{}{}
	defer func() { <-p.placing }()
	seq, err := p.place(p.working, journal.Cut, &d.cut)
	if err != nil {
		return false
	}
	d.seq = seq
	p.mu.Lock()
	p.keepOpen(&d.cut)
	p.cp.Top = d.Block
	p.mu.Unlock()
	return true
}
