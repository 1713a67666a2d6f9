package pipeline

import (
	"fmt"
	"math/bits"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// draft is a block that is being made, and its cut. One goroutine uses it.
type draft struct {
	cut
	block     *lineage.Block
	catalogue *lineage.Catalogue
	decoder   Decoder
	judge     judge
	known     *known

	again []lineage.Event // for the feed only: the store has them already

	began time.Time // by our clock, for the age of the block
	came  time.Time // ingest time of its first record
	late  time.Time // and of its last
	bytes int
	items int
}

// add decodes a record, judges its items and maps those that are kept.
func (d *draft) add(rec *journal.Record) {
	if d.Records == 0 {
		d.Day = dayOf(rec.Ingested)
		d.block.Day = time.Unix(d.Day*86400, 0).UTC()
		d.came = rec.Ingested
	}
	d.late = rec.Ingested
	d.Records++
	d.Last = max(d.Last, rec.Seq)
	d.bytes += len(rec.Payload)
	d.Through = d.Tally.receive(d.Through, rec)
	switch rec.Type {
	case journal.Damaged:
		d.quarantine(damaged(d.Writer, rec))
	case journal.Data:
		d.take(rec)
	}
}

// take adds a data record.
func (d *draft) take(rec *journal.Record) {
	b, a := d.block, &d.Tally[rec.Signal]
	spans, logs, events, rejects := len(b.Spans), len(b.Logs), len(b.Events), len(b.Quarantine)
	if err := d.decode(rec); err != nil {
		clear(b.Spans[spans:])
		clear(b.Logs[logs:])
		b.Spans, b.Logs, b.Events, b.Quarantine = b.Spans[:spans], b.Logs[:logs], b.Events[:events], b.Quarantine[:rejects]
		d.quarantine(undecodable(rec, err))
		n := max(1, rec.Items)
		a.Quarantined += uint64(n)
		a.Adjusted += int64(n) - int64(rec.Items)
		return
	}
	rejected := len(b.Quarantine) - rejects
	decoded := len(b.Spans) - spans + len(b.Logs) - logs + len(b.Events) - events + rejected
	a.Adjusted += int64(decoded) - int64(rec.Items)
	a.Quarantined += uint64(rejected)
	for i := rejects; i < len(b.Quarantine); i++ {
		d.mix(1)
	}
	d.siftEvents(events)
	d.siftSpans(spans)
	d.siftLogs(logs)
}

// decode calls the decoder; its panic is the record's fault and nobody else's.
func (d *draft) decode(rec *journal.Record) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = lineage.Errorf(lineage.Invalid, "decode", "the decoder gave up on it: %v", r)
		}
	}()
	return d.decoder.Decode(rec, d.catalogue, d.block)
}

// fate counts one item and what became of it; true means that it stays.
func (d *draft) fate(s lineage.Signal, f fate, hash uint64) bool {
	d.Fates.add(d.items, f)
	d.items++
	switch f {
	case resent:
		d.Tally[s].Deduplicated++
	case conflict:
		d.Tally[s].Quarantined++
	default:
		d.Tally[s].Stored++
		d.mix(hash)
		return true
	}
	return false
}

func (d *draft) siftSpans(from int) {
	b, w := d.block, from
	for i := from; i < len(b.Spans); i++ {
		s := &b.Spans[i]
		f := d.judge.span(d.items, s)
		if f == conflict {
			d.quarantine(clashing(s))
		}
		kept := d.fate(lineage.Traces, f, s.Hash)
		if len(s.Business) > 0 && (kept || d.Salvage && f == resent) {
			e, ok := d.catalogue.FromSpan(s)
			d.observe(&e, ok)
		}
		if kept {
			if w != i {
				b.Spans[w] = *s
			}
			w++
		}
	}
	clear(b.Spans[w:])
	b.Spans = b.Spans[:w]
}

func (d *draft) siftLogs(from int) {
	b, w := d.block, from
	for i := from; i < len(b.Logs); i++ {
		l := &b.Logs[i]
		kept := d.fate(lineage.Logs, d.judge.log(d.items, l), l.Hash)
		if len(l.Business) > 0 && (kept || d.Salvage) {
			e, ok := d.catalogue.FromLog(l)
			d.observe(&e, ok)
		}
		if kept {
			if w != i {
				b.Logs[w] = *l
			}
			w++
		}
	}
	clear(b.Logs[w:])
	b.Logs = b.Logs[:w]
	d.judge.settle(b.Logs[from:])
}

func (d *draft) siftEvents(from int) {
	decoded := d.block.Events[from:]
	d.block.Events = d.block.Events[:from] // what stays is put back in place
	for i := range decoded {
		e := &decoded[i]
		if d.fate(lineage.Events, d.judge.event(d.items, e), e.Hash) {
			d.happened(e)
		} else if d.Salvage {
			d.again = append(d.again, *e)
			d.identify(e)
		}
	}
	clear(decoded[len(d.block.Events)-from:])
}

// observe adds the event that was read from a span or log record. One that
// breaks its contract is stored all the same; the breach goes to quarantine.
func (d *draft) observe(e *lineage.Event, ok bool) {
	if ok {
		own(e)
		d.happened(e)
	}
}

// happened adds an event.
func (d *draft) happened(e *lineage.Event) {
	d.Tally[signalOf(e.Kind)].Events++
	d.identify(e)
	d.block.Events = append(d.block.Events, *e)
}

// identify adds the rows by which an event is found.
func (d *draft) identify(e *lineage.Event) {
	for _, id := range d.catalogue.Identifiers(e) {
		if d.known.add(&id) {
			d.block.Identifiers = append(d.block.Identifiers, id)
		}
	}
}

func (d *draft) quarantine(q lineage.Quarantined) {
	d.block.Quarantine = append(d.block.Quarantine, q)
	d.mix(2)
}

// mix adds to the digest by which a block is known to have come out the same.
func (d *draft) mix(n uint64) {
	hi, lo := bits.Mul64(d.Digest^n^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	d.Digest = hi ^ lo
}

// feeding is what the feed gets of the block.
func (d *draft) feeding() feeding {
	if len(d.again) == 0 {
		return feeding{d.Block, d.block.Events}
	}
	return feeding{d.Block, append(d.again, d.block.Events...)}
}

// seal completes the cut.
func (d *draft) seal() {
	b := d.block
	d.Rows = [5]int{len(b.Spans), len(b.Logs), len(b.Events), len(b.Identifiers), len(b.Quarantine)}
}

// rows counts the rows of the block's largest table.
func (d *draft) rows() int {
	b := d.block
	return max(len(b.Spans), len(b.Logs), len(b.Events), len(b.Identifiers), len(b.Quarantine))
}

func (d *draft) String() string {
	return fmt.Sprintf("block %d (records %d to %d)", d.Block, d.First, d.Last)
}

func dayOf(t time.Time) int64 {
	s := t.Unix()
	if s < 0 {
		s -= 86399
	}
	return s / 86400
}
