package stitcher

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"throughline/lineage"
)

// replay reads what is stored into a new graph, which lets go of closed executions on the
// way like the one that is fed: at a start, and when another catalogue is in force. Nobody
// else has the graph yet. It reads all of it, unless it was left there (see leave).
type replay struct {
	s        *Stitcher
	memory   memory
	board    *board
	absences *absences
	unsaved  unsaved          // executions that the store has otherwise
	writes   bool             // what is shown may be stored otherwise: another catalogue made it, or it is past the checkpoint
	until    uint64           // the last block of our own journal that is read
	block    uint64           // that executions are shown as of
	grows    bool             // it takes all, whatever room there is
	left     bool             // it began with everything in the store
	later    map[content]bool // of that: what is added, and must not come back before

	next    []*lineage.Event // are not added yet
	reading origin           // where they come from
	added   origin           // up to where all is added
	began   time.Time
	told    time.Time // how far it is
	events  int
}

// origin is a block of a journal.
type origin struct {
	writer string
	block  uint64
}

// readAtOnce is how many events are looked at together for what they touch.
const readAtOnce = 20_000

func (s *Stitcher) newReplay(cat *lineage.Catalogue, until uint64, writes bool) *replay {
	p := &replay{s: s, board: newBoard(cat), absences: newAbsences(), unsaved: make(unsaved), writes: writes, until: until, block: until, began: s.deps.Now()}
	p.told = p.began
	p.board.now, p.board.kept = s.deps.Now, math.MaxInt // what is dropped cannot be counted as it was then
	nothing := func() {}
	p.memory = memory{lineage.NewGraph(cat, s.cfg.Tenant), p.given, nothing, nothing}
	return p
}

// given tells whether an event of the store has been added.
func (p *replay) given(at *lineage.Stored) bool {
	if at.Writer == p.s.cfg.Writer && at.Block > p.until {
		return false
	}
	if p.left {
		return !p.later[contentOf(at.Event)]
	}
	return at.Writer < p.added.writer || at.Writer == p.added.writer && at.Block <= p.added.block
}

// take takes the next event, in the order of writers and blocks.
func (p *replay) take(ctx context.Context, writer string, block uint64, e *lineage.Event) error {
	at := origin{writer, block}
	if at != p.reading && len(p.next) >= min(readAtOnce, p.s.cfg.Resident) {
		if err := p.add(ctx); err != nil {
			return err
		}
	}
	p.reading = at
	if e.Kind == lineage.DecisionEvent {
		p.s.takeDecision(p.memory.graph, e)
		return nil
	}
	p.next = append(p.next, lean(e))
	return nil
}

// lean is an event that is kept until it is added, which needs no payload.
func lean(e *lineage.Event) *lineage.Event {
	kept := *e
	kept.Payload, kept.Envelope = "", ""
	return &kept
}

// add adds the events that were taken, and makes room when there are too many.
func (p *replay) add(ctx context.Context) error {
	g := p.memory.graph
	err := p.s.completely(ctx, p.memory, func() {
		for _, e := range p.next {
			g.Want(e)
		}
	})
	if err != nil {
		return err
	}
	for _, e := range p.next {
		g.Add(e)
	}
	if !p.left { // otherwise they are counted by their numbers
		p.events += len(p.next)
	}
	clear(p.next)
	p.next, p.added = p.next[:0], p.reading
	p.progress()
	if g.Len() <= p.s.cfg.Resident || p.grows {
		return nil
	}
	if err := p.show(ctx); err != nil {
		return err
	}
	if err := p.save(ctx); err != nil {
		return err
	}
	p.s.shrink(p.memory, p.board, p.unsaved, p.s.cfg.Resident/2, p.block)
	return nil
}

// progressEvery is how often it is told how far a replay is.
const progressEvery = 5 * time.Second

func (p *replay) progress() {
	p.s.read.Store(uint64(p.events))
	now := p.s.deps.Now()
	if now.Sub(p.told) < progressEvery {
		return
	}
	p.told = now
	p.s.deps.Log.Info("the transactions are being rebuilt from the store", "events", p.events, "of", p.s.total.Load(), "resident", p.memory.graph.Len(), "took", now.Sub(p.began))
}

// end adds what is left, and shows what has changed.
func (p *replay) end(ctx context.Context) error {
	if err := p.add(ctx); err != nil {
		return err
	}
	return p.show(ctx)
}

// done drops from the board what there is no room for.
func (p *replay) done() {
	p.board.kept = maxKept
	p.board.left(nil)
}

// show computes the executions and shows what has changed.
func (p *replay) show(ctx context.Context) error {
	var due []lineage.ExecutionRef
	err := p.s.completely(ctx, p.memory, func() { due = merge(due, p.memory.graph.Recompute()) })
	if err != nil {
		return err
	}
	return p.showThese(ctx, due)
}

// showThese shows executions as they follow from the events.
func (p *replay) showThese(ctx context.Context, due []lineage.ExecutionRef) error {
	for refs := range slices.Chunk(due, shownAtOnce) {
		views, err := p.s.views(ctx, p.memory, p.board, refs)
		if err != nil {
			return err
		}
		for i, ref := range refs {
			if p.writes {
				p.unsaved.show(ref, views[i].x)
			}
			p.s.show(p.board, p.absences, ref, views[i].x, p.block)
		}
	}
	return nil
}

// save stores the executions that the store has otherwise, so that they may leave.
func (p *replay) save(ctx context.Context) error {
	refs := slices.Collect(maps.Keys(p.unsaved))
	for chunk := range slices.Chunk(refs, flushRows) {
		r, err := p.s.writeOut(ctx, p.memory, chunk, p.unsaved)
		if err == nil {
			err = p.s.write(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	clear(p.unsaved)
	return nil
}
