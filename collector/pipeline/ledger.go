package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"throughline/collector/journal"
	"throughline/lineage"
)

// ledger is what was written down about blocks, as it was found at start.
type ledger struct {
	checkpoint
	stored []*cut // behind the freed mark and stored: the feed may want them again
	doubt  []*cut // behind the checkpoint, each beginning where the last one ended
	reach  uint64 // the last record of any block behind the checkpoint, also of those that do not hold
	top    uint64 // the highest block that was ever cut, of any journal
}

// epoch is the distance between the blocks of one start and the next: a block
// whose cut is lost must not lend its number to another.
const epoch = 1 << 20

// readLedger reads the whole ledger, which is small. What is damaged is left out;
// the records behind it are made into new blocks, sifted by what the store has.
func readLedger(j *journal.Journal, writer string) (ledger, error) {
	var l ledger
	var cuts []*cut
	found := false
	r := j.Reader(0)
	defer r.Close()
	for {
		rec, ok, err := r.TryNext()
		if err != nil {
			return l, err
		}
		if !ok {
			break
		}
		switch rec.Type {
		case journal.Cut:
			c := &cut{seq: rec.Seq}
			if json.Unmarshal(rec.Payload, c) != nil {
				continue
			}
			if l.top = max(l.top, c.Block); c.Writer == writer {
				cuts = append(cuts, c)
			}
		case journal.Checkpoint:
			var c checkpoint
			if json.Unmarshal(rec.Payload, &c) != nil {
				continue
			}
			if l.top = max(l.top, c.Top); c.Writer == writer && (!found || c.Block >= l.Block) {
				l.checkpoint, found = c, true
			}
		}
	}
	l.sort(cuts)
	return l, nil
}

// sort picks the cuts that hold: a later one over the same records replaces the
// earlier, which was given up, and behind a gap there is nothing to go by.
func (l *ledger) sort(cuts []*cut) {
	slices.SortStableFunc(cuts, func(a, b *cut) int { return cmp.Compare(a.Block, b.Block) })
	var held []*cut
	for _, c := range cuts {
		if c.Block > l.Block {
			l.reach = max(l.reach, c.Last)
		}
		for len(held) > 0 && held[len(held)-1].Last >= c.First {
			held = held[:len(held)-1]
		}
		held = append(held, c)
	}
	l.reach = max(l.reach, l.Reach)
	last := l.Last
	for _, c := range held {
		switch {
		case c.Block <= l.Freed.Block:
		case c.Block <= l.Block:
			l.stored = append(l.stored, c)
		case c.First == last+1:
			l.doubt, last = append(l.doubt, c), c.Last
		default:
			return
		}
	}
}

// place writes a record to the ledger, for as long as it takes.
func (p *Pipeline) place(ctx context.Context, typ journal.Type, v any) (seq uint64, err error) {
	payload, err := json.Marshal(v)
	if err != nil {
		return 0, lineage.E(lineage.Internal, "pipeline", err)
	}
	rec := journal.Record{Type: typ, Payload: payload}
	err = p.retry(ctx, "write to the ledger", func() error {
		rec.Ingested = p.deps.Now()
		return p.deps.Ledger.Place(ctx, &rec)
	})
	return rec.Seq, err
}
