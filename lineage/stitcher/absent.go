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

// awaited is the place after the last row of a page.
type awaited struct {
	Since  time.Time      `json:"s"`
	Object lineage.Object `json:"o"`
}

// lookedAt bounds how many objects are looked at before others have the lock.
const lookedAt = 1024

// Absent returns a page of what executions name and has no event of its own, the
// longest awaited first. When there is much, Total counts also what has come under
// another correlation id and was not found out yet. The lock is held for moments only.
func (s *Stitcher) Absent(_ context.Context, q lineage.AbsentQuery) (lineage.AbsentPage, error) {
	const op = "list what has not come"
	var page lineage.AbsentPage
	if err := s.ready(op); err != nil {
		return page, err
	}
	if q.Limit < 1 || q.Limit > 1000 {
		return page, lineage.Errorf(lineage.Invalid, op, "limit is %d; want 1 to 1000", q.Limit)
	}
	var end awaited
	if q.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(raw, &end) != nil {
			return page, lineage.Errorf(lineage.Invalid, op, "cursor is not one that this list handed out")
		}
	}
	if q.Tenant != s.cfg.Tenant {
		return page, nil
	}
	s.mu.Lock()
	if q.Flow != "" && s.board.flows[q.Flow] == nil {
		s.mu.Unlock()
		return page, lineage.Errorf(lineage.Invalid, op, "flow is %q; want one of %s", q.Flow, strings.Join(s.board.order, ", "))
	}
	s.absences.sweep(lookedAt, s.graph.Awaited)
	size := len(s.absences.all)
	s.mu.Unlock()
	room := make([]*naming, size+size/16+lookedAt)
	clear(room) // it is written to now, since memory that is new comes when it is, which takes long
	s.mu.Lock()
	list := s.absences.list(q, room)
	s.mu.Unlock()
	page.More = list.more
	list.tally()
	list.strike(s.come)
	page.Total = len(list.rows)
	if q.Cursor != "" {
		list.from(end)
	}
	rows := list.first(q.Limit+1, s.come)
	more := len(rows) > q.Limit
	page.Absent = list.write(rows[:min(q.Limit, len(rows))])
	if more {
		last := page.Absent[q.Limit-1]
		raw, err := json.Marshal(awaited{last.Since, last.Object})
		if err != nil {
			return lineage.AbsentPage{}, lineage.E(lineage.Internal, op, err)
		}
		page.Next = base64.RawURLEncoding.EncodeToString(raw)
	}
	return page, nil
}

// come returns those of some rows whose objects have come after all, though the built-in
// flow alone misses them.
func (s *Stitcher) come(rows []absentRow) map[*awaitedObject]bool {
	come := make(map[*awaitedObject]bool)
	for part := range slices.Chunk(rows, lookedAt) {
		s.mu.Lock()
		for _, r := range part {
			if o := r.by.of; r.builtIn && !s.graph.Awaited(o.key()) {
				come[o] = true
			}
		}
		s.mu.Unlock()
	}
	return come
}
