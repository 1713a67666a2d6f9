package stitcher

import (
	"context"
	"math"
	"slices"
	"strings"

	"throughline/lineage"
)

// maxReads bounds how often a page is read again, since executions have left for the
// store while it was asked.
const maxReads = 3

// List returns a page of executions, newest first: from the board as far as that is
// whole, and what is older from the store.
func (s *Stitcher) List(ctx context.Context, q lineage.ListQuery) (lineage.Page, error) {
	const op = "list executions"
	if err := s.ready(op); err != nil {
		return lineage.Page{}, err
	}
	if q.Limit < 1 || q.Limit > 1000 {
		return lineage.Page{}, lineage.Errorf(lineage.Invalid, op, "limit is %d; want 1 to 1000", q.Limit)
	}
	after, err := lineage.PlaceAt(op, q.Cursor)
	if err != nil || q.Tenant != s.cfg.Tenant {
		return lineage.Page{}, err
	}
	rows, whole, err := s.listed(op, &q, after)
	for reads := 0; err == nil && !whole && reads < maxReads; reads++ {
		rows, whole, err = s.older(ctx, op, q, after)
	}
	if err != nil {
		return lineage.Page{}, err
	}
	page := lineage.Page{Executions: rows}
	if len(rows) > q.Limit {
		page.Executions = rows[:q.Limit]
		page.Next = rows[q.Limit-1].Place().Cursor()
	}
	return page, nil
}

// listed returns what comes after a place, one more than a page holds, from the board. It
// tells whether nothing is missing.
func (s *Stitcher) listed(op string, q *lineage.ListQuery, after lineage.ListPlace) (rows []lineage.Summary, whole bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	flows, err := s.board.meant(op, q.Flow)
	if err != nil {
		return nil, false, err
	}
	horizon := horizonOf(flows)
	rows = between(flows, q, after, horizon)
	return rows, len(rows) > q.Limit || horizon == lineage.LastPlace(), nil
}

// older returns the same as listed, where the store is needed for it. What has changed
// since it was stored is laid over what the store tells. It tells whether nothing has
// left for the store meanwhile.
func (s *Stitcher) older(ctx context.Context, op string, q lineage.ListQuery, after lineage.ListPlace) (rows []lineage.Summary, whole bool, err error) {
	s.mu.Lock()
	board := s.board
	drops := board.drops
	flows, err := board.meant(op, q.Flow)
	horizon := horizonOf(flows)
	s.mu.Unlock()
	if err != nil {
		return nil, false, err
	}
	from := horizon
	if after.Compare(horizon) > 0 {
		from = after
	}
	var told []lineage.Summary
	for {
		ask := q
		ask.Cursor = from.Cursor()
		page, err := s.deps.Store.Executions(ctx, ask)
		if err != nil {
			return nil, false, lineage.Errorf(lineage.Unavailable, op, "what started earlier is in the store, which does not answer; try again in a moment: %w", err)
		}
		from = lineage.LastPlace()
		if page.Next != "" && len(page.Executions) > 0 {
			from = page.Executions[len(page.Executions)-1].Place()
		}
		s.mu.Lock()
		told = slices.DeleteFunc(append(told, page.Executions...), s.knows)
		rows = append(between(flows, &q, after, from), told...)
		whole = s.board == board && board.drops == drops
		s.mu.Unlock()
		if from == lineage.LastPlace() || len(rows) > q.Limit {
			break
		}
	}
	return newest(rows, q.Limit+1), whole, nil
}

// knows tells whether it is known without the store how an execution stands, or that it
// is gone.
func (s *Stitcher) knows(x lineage.Summary) bool {
	ref := lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor}
	_, gone := s.board.gone[ref]
	_, unsaved := s.unsaved[ref]
	return gone || unsaved || s.board.row(ref) != nil
}

// meant returns the flows that a list is of.
func (b *board) meant(op, flow string) ([]*flowBoard, error) {
	if flow != "" {
		if fb := b.flows[flow]; fb != nil {
			return []*flowBoard{fb}, nil
		}
		return nil, lineage.Errorf(lineage.Invalid, op, "flow is %q; want one of %s", flow, strings.Join(b.order, ", "))
	}
	var flows []*flowBoard
	for _, name := range b.order {
		if name != lineage.TransactionFlow {
			flows = append(flows, b.flows[name])
		}
	}
	return flows, nil
}

// horizonOf returns the place up to which the board is whole.
func horizonOf(flows []*flowBoard) lineage.ListPlace {
	horizon := int64(math.MaxInt64)
	for _, fb := range flows {
		horizon = min(horizon, fb.horizon)
	}
	return lineage.ListPlace{Age: horizon}
}

// between returns what the board has after a place and up to another, one more than a
// page holds.
func between(flows []*flowBoard, q *lineage.ListQuery, after, upTo lineage.ListPlace) []lineage.Summary {
	var rows []lineage.Summary
	for _, fb := range flows {
		rows = append(rows, fb.between(q, after, upTo)...)
	}
	if len(flows) > 1 {
		rows = newest(rows, q.Limit+1)
	}
	return rows
}

func (fb *flowBoard) between(q *lineage.ListQuery, after, upTo lineage.ListPlace) []lineage.Summary {
	most := 0 // where few are meant, the search ends with the last of them
	for key, t := range fb.tallies {
		if key.meant(q) {
			most += t.count
		}
	}
	most = min(most, q.Limit+1)
	var rows []lineage.Summary
	start := fb.rows.seek(func(r *boardRow) bool { return r.place().Compare(after) > 0 })
	for r := range fb.rows.from(start) {
		if len(rows) >= most || r.place().Compare(upTo) > 0 {
			break
		}
		if r.tally.meant(q) {
			rows = append(rows, r.summary())
		}
	}
	return rows
}

// newest returns up to n rows, sorted.
func newest(rows []lineage.Summary, n int) []lineage.Summary {
	slices.SortFunc(rows, func(a, b lineage.Summary) int { return a.Place().Compare(b.Place()) })
	return rows[:min(n, len(rows))]
}
