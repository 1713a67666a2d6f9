package clickhouse

import (
	"context"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// An insert is cut into several beyond this many rows or bytes, well below what
// the engine itself would cut it at: so every insert is one part, there or not.
const (
	maxRows  = 100_000
	maxBytes = 128 << 20
)

// Append stores the rows of a block, each exactly once. inDoubt says that an
// earlier try for the same block may have stored something: then it waits for
// inserts that are still under way, asks which rows are there, and inserts what
// is missing. After an error the block is in doubt.
//
// Blocks may be appended side by side; one block only by one caller at a time.
func (s *Store) Append(ctx context.Context, b *lineage.Block, inDoubt bool) error {
	const op = "clickhouse.Append"
	conn, err := s.conn()
	if err != nil {
		return err
	}
	if inDoubt {
		s.metrics.inDoubt.Inc()
		if err := s.settle(ctx, conn); err != nil {
			return wrap(op, err)
		}
	}
	buf := s.borrow()
	if err := s.appendFrom(ctx, conn, buf, b, inDoubt); err != nil {
		// The client may still be reading from the buffer: it is not used again.
		return wrap(op, err)
	}
	s.giveBack(buf)
	return nil
}

// appendFrom turns a block into the columns of a buffer, table by table, and
// inserts them. What events are found by goes before them: no event is stored that
// is not found.
func (s *Store) appendFrom(ctx context.Context, conn driver.Conn, buf *buffer, b *lineage.Block, inDoubt bool) error {
	seen := glimpses(b)
	for _, part := range []struct {
		rows   rows
		order  func() []int
		row    func(i int) int // of the block, for a position
		add    func(i int)
		before rows
	}{
		{buf.quarantine, ordered(len(b.Quarantine)), same, func(i int) { buf.quarantine.add(b, i) }, nil},
		{buf.logs, func() []int { return logOrder(b.Logs) }, same, func(i int) { buf.logs.add(b, i) }, nil},
		{buf.spans, func() []int { return spanOrder(b.Spans) }, same, func(i int) { buf.spans.add(b, i) }, nil},
		{buf.traces, ordered(len(seen)), func(i int) int { return seen[i].row }, func(i int) { buf.traces.add(b, &seen[i]) }, nil},
		{buf.identifiers, func() []int { return identifierOrder(b.Identifiers) }, same, func(i int) { buf.identifiers.add(b, i) }, nil},
		{buf.events, ordered(len(b.Events)), same, func(i int) { buf.evidence.add(b, i); buf.events.add(b, i) }, buf.evidence},
	} {
		order := part.order()
		if len(order) == 0 {
			continue
		}
		var stored rowSet
		if inDoubt {
			var err error
			if stored, err = s.stored(ctx, conn, part.rows.table(), b); err != nil {
				return err
			}
		}
		a := appender{store: s, conn: conn, rows: part.rows, before: part.before}
		for _, i := range order {
			if stored.has(part.row(i)) {
				continue
			}
			part.add(i)
			if err := a.added(ctx); err != nil {
				return err
			}
		}
		if err := a.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

func same(i int) int { return i }

func ordered(n int) func() []int { return func() []int { return positions(n) } }

// appender inserts rows as they fill up.
type appender struct {
	store *Store
	conn  driver.Conn
	rows  rows

	before rows // are inserted first, whenever rows are; nil: nothing is. An insert of theirs may be several parts
}

func (a *appender) added(ctx context.Context) error {
	if n := a.rows.len(); n < maxRows && (n&1023 != 0 || a.size() < maxBytes) {
		return nil
	}
	return a.flush(ctx)
}

func (a *appender) size() int {
	if a.before == nil {
		return size(a.rows)
	}
	return max(size(a.rows), size(a.before))
}

func (a *appender) flush(ctx context.Context) error {
	for _, r := range []rows{a.before, a.rows} {
		if r == nil {
			continue
		}
		if err := a.store.insert(ctx, a.conn, r); err != nil {
			return err
		}
		reset(r)
	}
	return nil
}
