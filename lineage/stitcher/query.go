package stitcher

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"throughline/lineage"
)

// maxQuery is the longest id that is searched for, in bytes.
const maxQuery = 1024

// Search finds everything that an id names. It is Unavailable until the
// resident state is whole, so that "nothing found" is never a guess.
func (s *Stitcher) Search(_ context.Context, tenant, q string) ([]lineage.Match, error) {
	if err := s.ready("search"); err != nil {
		return nil, err
	}
	q = strings.TrimSpace(q)
	if q == "" || len(q) > maxQuery {
		return nil, lineage.Errorf(lineage.Invalid, "search", "q has %d bytes; want an id of 1 to %d", len(q), maxQuery)
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.graph.Search(q), nil
}

// Lookup returns the executions that hold an object; none for one that nothing
// names.
func (s *Stitcher) Lookup(_ context.Context, q lineage.ObjectQuery) (lineage.Answer, error) {
	if err := s.ready("look up"); err != nil {
		return lineage.Answer{}, err
	}
	if q.Tenant != s.cfg.Tenant {
		return lineage.Answer{}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.graph.Lookup(q), nil
}

// cursor is the place after the last row of a page.
type cursor struct {
	StartedAt time.Time      `json:"s"`
	Flow      string         `json:"f"`
	Anchor    lineage.Object `json:"a"`
}

// List returns a page of executions, newest first.
func (s *Stitcher) List(_ context.Context, q lineage.ListQuery) (lineage.Page, error) {
	const op = "list executions"
	if err := s.ready(op); err != nil {
		return lineage.Page{}, err
	}
	if q.Limit < 1 || q.Limit > 1000 {
		return lineage.Page{}, lineage.Errorf(lineage.Invalid, op, "limit is %d; want 1 to 1000", q.Limit)
	}
	var after *lineage.Summary
	if q.Cursor != "" {
		var c cursor
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(raw, &c) != nil {
			return lineage.Page{}, lineage.Errorf(lineage.Invalid, op, "cursor is not one that this list handed out")
		}
		after = &lineage.Summary{StartedAt: c.StartedAt, Flow: c.Flow, Anchor: c.Anchor}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, err := s.listed(q)
	if err != nil {
		return lineage.Page{}, err
	}
	from := 0
	if after != nil {
		from, _ = slices.BinarySearchFunc(rows, *after, compareSummaries)
		if from < len(rows) && compareSummaries(rows[from], *after) == 0 {
			from++
		}
	}
	var page lineage.Page
	for _, row := range rows[from:] {
		if (q.State != "" && row.State != q.State) || (q.Stage != "" && row.Stage != q.Stage) {
			continue
		}
		if len(page.Executions) == q.Limit {
			last := page.Executions[q.Limit-1]
			raw, err := json.Marshal(cursor{last.StartedAt, last.Flow, last.Anchor})
			if err != nil {
				return lineage.Page{}, lineage.E(lineage.Internal, op, err)
			}
			page.Next = base64.RawURLEncoding.EncodeToString(raw)
			break
		}
		page.Executions = append(page.Executions, row)
	}
	return page, nil
}

// listed returns the rows that a list is cut from, newest first.
func (s *Stitcher) listed(q lineage.ListQuery) ([]lineage.Summary, error) {
	if q.Tenant != s.cfg.Tenant {
		return nil, nil
	}
	if q.Flow != "" {
		fb := s.board.flows[q.Flow]
		if fb == nil {
			return nil, lineage.Errorf(lineage.Invalid, "list executions", "flow is %q; want one of %s", q.Flow, strings.Join(s.board.order, ", "))
		}
		return fb.newest(), nil
	}
	var rows []lineage.Summary
	for _, name := range s.board.order {
		if name != lineage.TransactionFlow {
			rows = append(rows, s.board.flows[name].newest()...)
		}
	}
	slices.SortFunc(rows, compareSummaries)
	return rows, nil
}

// Overview returns the state of every flow that holds anything. The built-in flow
// shows what others show, by correlation id; it stands in only where none does.
func (s *Stitcher) Overview(_ context.Context, tenant string) ([]lineage.FlowOverview, error) {
	if err := s.ready("overview"); err != nil {
		return nil, err
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []lineage.FlowOverview
	for _, name := range s.board.order { // the built-in one is last
		if name == lineage.TransactionFlow && len(all) > 0 {
			break
		}
		if fb := s.board.flows[name]; len(fb.summaries) > 0 {
			all = append(all, fb.overview(name, s.deps.Now()))
		}
	}
	return all, nil
}

func (s *Stitcher) ready(op string) error {
	if !s.Loaded() {
		return lineage.Errorf(lineage.Unavailable, op, "the resident state is being rebuilt from the store; try again in a moment")
	}
	return nil
}
