package stitcher

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"throughline/lineage"
)

// shelf is a store in memory. It fails while away.
type shelf struct {
	mu         sync.Mutex
	away       bool
	events     []stored
	rows       map[lineage.ExecutionRef]row
	quarantine map[string]lineage.Quarantined
	audit      map[turnOf]lineage.AuditEntry
	writes     int
	broken     bool // events cannot be read
	asked      int  // how often evidence was asked for
	begun      int  // how often a start left everything here
}

type stored struct {
	block uint64
	event lineage.Event
}

var errAway = errors.New("the store is away")

func newShelf() *shelf {
	return &shelf{rows: make(map[lineage.ExecutionRef]row), quarantine: make(map[string]lineage.Quarantined), audit: make(map[turnOf]lineage.AuditEntry)}
}

func (s *shelf) EventsSince(_ context.Context, tenant string, yield func(string, uint64, *lineage.Event) error) error {
	s.mu.Lock()
	away, events := s.away || s.broken, slices.Clone(s.events)
	s.mu.Unlock()
	if away {
		return errAway
	}
	for _, e := range events {
		if e.event.Tenant == tenant {
			if err := yield("w", e.block, &e.event); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shelf) EventCount(context.Context, string) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, errAway
	}
	return uint64(len(s.events)), nil
}

// row is an execution as it was last stored; x is nil for one that is gone.
type row struct {
	version uint64
	x       *lineage.Execution
}

func (s *shelf) SaveExecutions(_ context.Context, _ string, version uint64, live []*lineage.Execution, gone []lineage.ExecutionRef) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	s.writes += len(live) + len(gone)
	put := func(ref lineage.ExecutionRef, x *lineage.Execution) {
		if version > s.rows[ref].version {
			s.rows[ref] = row{version, x}
		}
	}
	for _, x := range live {
		put(lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor}, x)
	}
	for _, ref := range gone {
		put(ref, nil)
	}
	return nil
}

func (s *shelf) ExecutionsVersion(context.Context, string) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, errAway
	}
	var version uint64
	for _, r := range s.rows {
		version = max(version, r.version)
	}
	return version, nil
}

func (s *shelf) ExecutionsSince(_ context.Context, _ string, version uint64, yield func(lineage.ExecutionRef)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	for ref, r := range s.rows {
		if r.version > version {
			yield(ref)
		}
	}
	return nil
}

func (s *shelf) RetireExecutions(_ context.Context, _ string, version uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	for ref, r := range s.rows {
		if r.version < version {
			s.rows[ref] = row{version, nil}
		}
	}
	return nil
}

func (s *shelf) live() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var refs []string
	for ref, r := range s.rows {
		if r.x != nil {
			refs = append(refs, ref.Flow+" "+ref.Anchor.String())
		}
	}
	slices.Sort(refs)
	return refs
}

func (s *shelf) SaveQuarantine(_ context.Context, entries []lineage.Quarantined) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	for _, e := range entries {
		s.quarantine[e.ID] = e
	}
	return nil
}

func (s *shelf) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *shelf) Evidence(_ context.Context, tenant string, m lineage.Missing, types []string) ([]lineage.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, errAway
	}
	s.asked++
	names, ids := m.Numbers()
	for i := range s.events {
		e := &s.events[i].event
		if e.Tenant == tenant && slices.ContainsFunc(e.EvidenceNames(nil), func(n lineage.EvidenceName) bool {
			return slices.Contains(names, n.Number) && (n.Type == "" || slices.Contains(types, n.Type))
		}) {
			ids = append(ids, e.EvidenceNumber())
		}
	}
	var found []lineage.Stored
	for i := range s.events {
		if e := s.events[i].event; e.Tenant == tenant && slices.Contains(ids, e.EvidenceNumber()) {
			found = append(found, lineage.Stored{Place: lineage.Place{Writer: "w", Block: s.events[i].block, Row: uint32(i)}, Event: &e})
		}
	}
	return found, nil
}

func (s *shelf) Find(_ context.Context, tenant, id string, limit int, _ string) ([]lineage.Identifier, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, "", errAway
	}
	var found []lineage.Identifier
	for _, e := range slices.Backward(s.events) {
		for _, r := range e.event.Refs {
			if e.event.Tenant == tenant && r.Object.ID == id && len(found) < limit {
				found = append(found, lineage.Identifier{Tenant: tenant, Object: r.Object, Source: e.event.Source, EventID: e.event.ID, TraceID: e.event.TraceID, Time: e.event.Time})
			}
		}
	}
	return found, "", nil
}

func (s *shelf) Summaries(_ context.Context, _ string, refs []lineage.ExecutionRef) ([]lineage.Summary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, errAway
	}
	var found []lineage.Summary
	for _, ref := range refs {
		if x := s.rows[ref].x; x != nil {
			found = append(found, x.Summarise())
		}
	}
	return found, nil
}

func (s *shelf) Executions(_ context.Context, q lineage.ListQuery) (lineage.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return lineage.Page{}, errAway
	}
	var all []lineage.Summary
	for ref, r := range s.rows {
		if r.x == nil || q.Flow == "" && ref.Flow == lineage.TransactionFlow || q.Flow != "" && q.Flow != ref.Flow {
			continue
		}
		if row := r.x.Summarise(); (q.State == "" || q.State == row.State) && (q.Stage == "" || q.Stage == row.Stage) {
			all = append(all, row)
		}
	}
	slices.SortFunc(all, func(a, b lineage.Summary) int { return a.Place().Compare(b.Place()) })
	after, err := lineage.PlaceAt("list what is on the shelf", q.Cursor)
	if err != nil {
		return lineage.Page{}, err
	}
	all = slices.DeleteFunc(all, func(x lineage.Summary) bool { return x.Place().Compare(after) <= 0 })
	page := lineage.Page{Executions: all[:min(q.Limit, len(all))]}
	if len(all) > q.Limit {
		page.Next = all[q.Limit-1].Place().Cursor()
	}
	return page, nil
}

func (s *shelf) LastHeard(_ context.Context, tenant string, sources []string) (map[string]time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, errAway
	}
	last := make(map[string]time.Time)
	for i := range s.events {
		if e := &s.events[i].event; e.Tenant == tenant && slices.Contains(sources, e.Source) && e.Ingested.After(last[e.Source]) {
			last[e.Source] = e.Ingested
		}
	}
	return last, nil
}
