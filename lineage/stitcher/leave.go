package stitcher

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"throughline/lineage"
)

// A start leaves what is stored in the store, what is open too: it reads how executions
// stand, and by what numbers their evidence is found. What comes for one of them is then
// as late as what comes for any that was let go of (ADR 022).

// errTooMuch is that so much cannot be left in the store that it is faster to read all.
var errTooMuch = errors.New("too much cannot be left in the store")

// outlinedAtOnce is how many executions the board takes before it drops the oldest.
const outlinedAtOnce = 10_000

// numbersAnEvent is how many numbers an event is found by, mostly. A guess that is too low
// costs time.
const numbersAnEvent = 4

// leaves tells whether a start may leave everything in the store. It may when all that
// follows from that was told, and stored, by the catalogue in force, and still is: a store
// may be one of before.
func (s *Stitcher) leaves(b *beginning) bool {
	return !b.anew && s.saved.Version > 0 && b.version >= s.saved.Version && s.deps.Stored != nil && s.deps.Listener.Holds(s.deps.Catalogue)
}

// leave begins a replay with everything in the store but what has to be here.
func (s *Stitcher) leave(ctx context.Context, b *beginning, past *past) (*replay, error) {
	p := s.newReplay(s.deps.Catalogue, s.saved.Block, false)
	p.left, p.grows, p.board.kept = true, true, maxKept
	most := int(max(s.cfg.unsettled, b.total/10))
	doubtful := merge(b.doubtful, b.ahead)
	if len(doubtful) > most {
		return nil, errTooMuch
	}
	if err := p.outline(ctx, b.total); err != nil {
		return nil, err
	}
	chained, err := p.unsettled(ctx, most, past)
	if err != nil {
		return nil, err
	}
	loose, err := p.loose(ctx, most)
	if err != nil {
		return nil, err
	}
	p.writes = len(doubtful) > 0
	p.memory.graph.Doubting(p.writes)
	err = s.completely(ctx, p.memory, func() {
		for _, ref := range doubtful {
			p.memory.graph.WantAnchor(ref)
		}
		for _, a := range b.audited {
			if a.Held {
				p.memory.graph.WantID(a.Object.ID)
			}
		}
		for ref, members := range loose {
			p.memory.graph.Loose(ref, members)
		}
	})
	if err != nil {
		return nil, err
	}
	p.memory.graph.LooseTold()
	p.next = chained
	if err := p.add(ctx); err != nil {
		return nil, err
	}
	p.later = nil
	return p, p.show(ctx)
}

// outline reads how executions stand, and by what numbers evidence is found.
func (p *replay) outline(ctx context.Context, total uint64) error {
	store, tenant, g := p.s.deps.Store, p.s.cfg.Tenant, p.memory.graph
	g.ExpectAway(numbersAnEvent * int(total))
	ranked := make(map[string]bool)
	for _, f := range p.s.deps.Catalogue.Flows() {
		for typ := range f.Ranks {
			ranked[typ] = true
		}
	}
	outlined := 0
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		return store.EvidenceNumbers(ctx, tenant, func(numbers []uint64, events int) error {
			g.Away(numbers)
			p.events += events
			p.progress()
			return nil
		})
	})
	both.Go(func() error {
		return store.Outlines(ctx, tenant, func(x *lineage.Summary, awaited []lineage.Awaited) error {
			p.board.outline(x)
			if outlined++; outlined%outlinedAtOnce == 0 {
				p.board.left(nil) // drops what there is no room for
			}
			ref := lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor}
			if x.Flow != lineage.TransactionFlow {
				p.absences.enter(ref, awaited)
				return nil
			}
			// What the built-in flow misses may have come under another correlation id, and
			// whether it has is not known here: it is not listed. What other flows rank, they
			// miss too.
			unknown := 0
			for i := range awaited {
				if !ranked[awaited[i].Object.Type] {
					unknown++
				}
			}
			p.absences.leaveOutOf(ref, unknown)
			return nil
		})
	})
	return both.Wait()
}

// unsettled reads decisions, what came past the checkpoint, and what is on chains of causes
// and links: of that nothing is let go of.
func (p *replay) unsettled(ctx context.Context, most int, past *past) (chained []*lineage.Event, err error) {
	own := p.s.cfg.Writer
	p.later = make(map[content]bool)
	n, err := p.s.deps.Store.Chained(ctx, p.s.cfg.Tenant)
	if err == nil && n > uint64(most) {
		err = errTooMuch
	}
	if err != nil {
		return nil, err
	}
	err = p.s.deps.Store.Unsettled(ctx, p.s.cfg.Tenant, own, p.until, func(writer string, block uint64, e *lineage.Event) error {
		switch {
		case writer == own && block > p.until:
			past.note(block, e)
		case e.Kind == lineage.DecisionEvent:
			p.s.takeDecision(p.memory.graph, e)
		default:
			chained = append(chained, lean(e))
			p.later[contentOf(e)] = true
		}
		return nil
	})
	return chained, err
}

// loose reads which executions no anchor reaches.
func (p *replay) loose(ctx context.Context, most int) (map[lineage.ExecutionRef][]lineage.Object, error) {
	found, all := make(map[lineage.ExecutionRef][]lineage.Object), 0
	err := p.s.deps.Store.Loose(ctx, p.s.cfg.Tenant, func(ref lineage.ExecutionRef, members []lineage.Object, cut bool) error {
		if all += len(members); all > most || cut {
			return errTooMuch
		}
		found[ref] = members
		return nil
	})
	return found, err
}
