package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// lineagePage is the heart: everything that is known of one object. What is
// resident comes first; its traces come from the store and may be missing.
func (s *Server) lineagePage(a ask) (*page, error) {
	q, err := a.object(s.config.Tenant)
	if err != nil {
		return nil, err
	}
	looked := lineage.Object{Type: q.Type, ID: q.ID, System: q.System, Scope: q.Scope}
	traces := s.newTracesOf(q)
	var shown atomic.Pointer[map[lineage.ExecutionRef]struct{}]
	found := false
	return &page{
		refresh: 2 * time.Second,
		moved:   func(ctx context.Context) (string, error) { return s.movedTo(ctx, a, looked) },
		concerns: func(c changed) bool {
			mine := shown.Load()
			return c.all || mine != nil && meet(*mine, c.refs)
		},
		code: func() int {
			if found {
				return http.StatusOK
			}
			return http.StatusNotFound
		},
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			answer, err := s.deps.Lineage.Lookup(ctx, q)
			if err != nil && lineage.KindOf(err) != lineage.NotFound {
				return view.Page{}, err
			}
			refs := refsOf(answer)
			shown.Store(&refs)
			lore := s.lore()
			var away error
			if lore.Clocks, away = s.clocksOf(ctx, answer); away != nil {
				s.deps.Log.Warn("the deadlines of a page cannot be read", "error", away)
			}
			content := view.NewLineage(looked, answer, lore, c)
			content.NoClocks = away != nil
			if content.Case, err = s.caseOf(ctx, looked, answer, a.Query.Get("was"), c); err != nil {
				return view.Page{}, err
			}
			drawn := traces.load(ctx, answer, c)
			found = content.Found() || len(drawn.Traces) > 0 || content.Case.Held != nil
			content.TraceOnly = !content.Found() && len(drawn.Traces) > 0
			return view.Page{
				Title: q.Type + " " + q.ID, Query: q.ID,
				Parts: []view.Part{
					{ID: "lineage", Body: view.LineagePage(content)},
					{ID: "traces", Body: view.TracesPart(drawn)},
				},
			}, nil
		},
	}, nil
}

func refsOf(a lineage.Answer) map[lineage.ExecutionRef]struct{} {
	out := make(map[lineage.ExecutionRef]struct{}, len(a.Executions)+len(a.Unanchored))
	for _, list := range [][]*lineage.Execution{a.Executions, a.Unanchored} {
		for _, e := range list {
			out[lineage.ExecutionRef{Flow: e.Flow, Anchor: e.Anchor}] = struct{}{}
		}
	}
	return out
}

func meet(few, many map[lineage.ExecutionRef]struct{}) bool {
	for ref := range few {
		if _, both := many[ref]; both {
			return true
		}
	}
	return false
}

// traceIDs are the traces of the events of executions, in the order in which
// they first appear, at most most of them.
func traceIDs(most int, lists ...[]*lineage.Execution) []lineage.TraceID {
	seen := map[lineage.TraceID]struct{}{}
	var out []lineage.TraceID
	for _, list := range lists {
		for _, execution := range list {
			for _, e := range execution.Events {
				if _, known := seen[e.TraceID]; known || e.TraceID.IsZero() {
					continue
				}
				if len(out) == most {
					return out
				}
				seen[e.TraceID] = struct{}{}
				out = append(out, e.TraceID)
			}
		}
	}
	return out
}

// parseTraceID reads 32 hex digits, with or without dashes.
func parseTraceID(text string) (id lineage.TraceID, ok bool) {
	text = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), "-", "")
	if len(text) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(text))
	return id, err == nil && !id.IsZero()
}
