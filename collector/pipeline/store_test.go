package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"throughline/collector/journal/journaltest"
	"throughline/lineage"
)

// place is where one row of a block is.
type place struct {
	block uint64
	table string
	row   int
}

// mishap is how an insert ends badly.
type mishap int

const (
	fine    mishap = iota
	refuses        // nothing is stored
	commits        // everything is stored, and the answer is lost
	halves         // half of it is stored
)

// store keeps rows by block and position, as the real one does. It outlives the
// pipeline, but hears nothing from a machine that is down.
type store struct {
	fs *journaltest.FS

	mu      sync.Mutex
	wrong   string // what must not happen, and did
	rows    map[place]string
	mishaps []mishap // of the next inserts, in order
	dead    bool
	asked   int // inserts that were in doubt
	names   map[place]identity
}

type identity struct {
	kind, tenant, source, id string
	trace                    lineage.TraceID
	span                     lineage.SpanID
	hash                     uint64
}

func (s *store) plan(m ...mishap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mishaps = append(s.mishaps, m...)
}

func (s *store) kill(dead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = dead
}

func (s *store) fault() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong
}

// describe lists the rows of a block.
func describe(b *lineage.Block) (at []place, rows []string, names []identity) {
	add := func(table string, i int, n identity, format string, args ...any) {
		at = append(at, place{b.ID, table, i})
		rows = append(rows, fmt.Sprintf(format, args...))
		names = append(names, n)
	}
	for i, q := range b.Quarantine {
		add("quarantine", i, identity{}, "%s %s", q.ID, q.Reason)
	}
	for i, l := range b.Logs {
		add("logs", i, identity{kind: "log", tenant: l.Tenant, hash: l.Hash}, "%s", l.Body)
	}
	for i, p := range b.Spans {
		add("spans", i, identity{kind: "span", tenant: p.Tenant, trace: p.TraceID, span: p.SpanID, hash: p.Hash}, "%s %s %s", p.TraceID, p.SpanID, p.Name)
	}
	for i, id := range b.Identifiers {
		add("identifiers", i, identity{}, "%v %v %s", id.Object, id.TraceID, id.EventID)
	}
	for i, e := range b.Events {
		n := identity{}
		if e.Kind == lineage.BusinessEvent {
			n = identity{kind: "event", tenant: e.Tenant, source: e.Source, id: e.ID, hash: e.Hash}
		}
		add("events", i, n, "%s %s %s %s", e.Kind, e.Source, e.ID, e.Type)
	}
	return at, rows, names
}

func (s *store) Append(ctx context.Context, b *lineage.Block, inDoubt bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fs.Down() || s.dead || ctx.Err() != nil {
		return errStore
	}
	if inDoubt {
		s.asked++
	}
	how := fine
	if len(s.mishaps) > 0 {
		how, s.mishaps = s.mishaps[0], s.mishaps[1:]
	}
	at, rows, names := describe(b)
	for i, p := range at {
		switch {
		case how == refuses || how == halves && i >= len(at)/2:
			return errStore
		case s.rows[p] == "":
			s.rows[p] = rows[i]
			s.names[p] = names[i]
		case !inDoubt:
			s.wrong = fmt.Sprintf("%+v is inserted again, and not in doubt", p)
		case s.rows[p] != rows[i]:
			s.wrong = fmt.Sprintf("%+v was %q and comes out as %q", p, s.rows[p], rows[i])
		}
	}
	if how == commits {
		return errStore
	}
	return nil
}

// each visits the identities of a kind, in the order of blocks.
func (s *store) each(kind string, since uint64, visit func(block uint64, n identity)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fs.Down() || s.dead {
		return errStore
	}
	var at []place
	for p, n := range s.names {
		if n.kind == kind && p.block >= since {
			at = append(at, p)
		}
	}
	slices.SortFunc(at, func(a, b place) int { return cmp.Or(cmp.Compare(a.block, b.block), cmp.Compare(a.row, b.row)) })
	for _, p := range at {
		visit(p.block, s.names[p])
	}
	return nil
}

func (s *store) RecentSpans(_ context.Context, _ string, since uint64,
	yield func(uint64, string, lineage.TraceID, lineage.SpanID, uint64),
) error {
	return s.each("span", since, func(b uint64, n identity) { yield(b, n.tenant, n.trace, n.span, n.hash) })
}

func (s *store) RecentLogs(_ context.Context, _ string, since uint64, yield func(uint64, string, uint64)) error {
	return s.each("log", since, func(b uint64, n identity) { yield(b, n.tenant, n.hash) })
}

func (s *store) RecentEvents(_ context.Context, _ string, since uint64, yield func(uint64, string, string, string, uint64)) error {
	return s.each("event", since, func(b uint64, n identity) { yield(b, n.tenant, n.source, n.id, n.hash) })
}

// table lists the rows of one table, sorted.
func (s *store) table(name string) (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, row := range s.rows {
		if p.table == name {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return out
}

// feed is a stitcher that is durable a block later than it is fed.
type feed struct {
	fs *journaltest.FS

	mu      sync.Mutex
	fed     uint64
	durable uint64
	seen    map[string]bool
	slow    bool // it makes nothing durable
}

func (f *feed) Events(ctx context.Context, block uint64, events []lineage.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fs.Down() || ctx.Err() != nil {
		return errStore
	}
	if !f.slow {
		f.durable = max(f.durable, f.fed)
	}
	f.fed = block
	for _, e := range events {
		f.seen[fmt.Sprintf("%s %s %s", e.Source, e.ID, e.Type)] = true
	}
	return nil
}

func (f *feed) Checkpoint() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.durable
}

func (f *feed) catchUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow, f.durable = false, f.fed
}

func (f *feed) stall() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow = true
}
