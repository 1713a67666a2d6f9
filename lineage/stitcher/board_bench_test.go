package stitcher

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"throughline/lineage"
)

// many makes executions of two hours, one in ten of them open.
func many(n int) []*lineage.Execution {
	all := make([]*lineage.Execution, n)
	for i := range all {
		x := &lineage.Execution{
			Flow: "orders", Anchor: lineage.Object{Type: "order", System: "erp", ID: fmt.Sprintf("SO-%08d", i)},
			State: lineage.StateOpen, Stage: "begun", StartedAt: noon.Add(-time.Duration(i%7_200_000) * time.Millisecond),
		}
		if i%10 != 0 {
			x.State, x.Stage, x.EndedAt = lineage.StateCompleted, "done", noon.Add(-time.Duration(i%7000)*time.Second)
			x.StartedAt = x.EndedAt.Add(-time.Duration(i%1_000_003) * time.Millisecond)
		}
		all[i] = x
	}
	return all
}

func refOf(x *lineage.Execution) lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: x.Flow, Anchor: x.Anchor}
}

func heap() int {
	runtime.GC()
	runtime.GC() // also what has finalisers
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// BenchmarkBoardRow tells what one execution on the board takes, with all that it is
// found, sorted, counted and let go of by; its id is 11 bytes.
func BenchmarkBoardRow(b *testing.B) {
	cat, all := twoFlows(b), many(200_000)
	for b.Loop() {
		before := heap()
		board := newBoard(cat)
		board.now = func() time.Time { return noon }
		for _, x := range all {
			board.put(refOf(x), x, 1)
		}
		b.ReportMetric(float64(heap()-before)/float64(len(all)), "B/execution")
		runtime.KeepAlive(board)
	}
}

// BenchmarkBoard tells what is done often on a board of a million executions.
func BenchmarkBoard(b *testing.B) {
	const n, changed = 1_000_000, 100
	all := many(n)
	h := newHall(b, twoFlows(b), newShelf(), n)
	for _, x := range all {
		h.board.put(refOf(x), x, 1)
	}
	at := 0
	next := func() *lineage.Execution {
		at = (at + 7919) % n
		return all[at]
	}
	put := func(started time.Duration) {
		x := next()
		was := x.StartedAt
		x.StartedAt = was.Add(started)
		h.board.put(refOf(x), x, 1)
		x.StartedAt = was
	}
	overview := func(b *testing.B) {
		if _, err := h.Overview(b.Context(), "default"); err != nil {
			b.Fatal(err)
		}
	}
	list := func(b *testing.B, q lineage.ListQuery) {
		q.Tenant = "default"
		if page, err := h.List(b.Context(), q); err != nil || len(page.Executions) == 0 {
			b.Fatal(page, err)
		}
	}
	overview(b)
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			put(0)
		}
	})
	b.Run("put that is completed anew", func(b *testing.B) {
		for b.Loop() {
			x := next()
			x.EndedAt = x.EndedAt.Add(1)
			h.board.put(refOf(x), x, 1)
		}
	})
	b.Run("put that started earlier", func(b *testing.B) {
		for b.Loop() {
			put(-time.Minute)
			at -= 7919
			put(0)
		}
	})
	b.Run(fmt.Sprintf("overview after %d", changed), func(b *testing.B) {
		for b.Loop() {
			for range changed {
				put(0)
			}
			overview(b)
		}
	})
	b.Run(fmt.Sprintf("list after %d", changed), func(b *testing.B) {
		for b.Loop() {
			for range changed {
				put(0)
			}
			list(b, lineage.ListQuery{Limit: 50})
		}
	})
	b.Run("list of the open ones", func(b *testing.B) {
		for b.Loop() {
			list(b, lineage.ListQuery{Limit: 50, State: lineage.StateOpen})
		}
	})
	b.Run("letting 1000 go and back", func(b *testing.B) {
		for b.Loop() {
			refs := h.board.quiet(1000, 1)
			h.board.left(refs)
			for _, ref := range refs {
				h.board.touch(ref)
			}
		}
	})
	h.board.kept = 0
	b.Run("dropping 100", func(b *testing.B) {
		for b.Loop() {
			refs := h.board.quiet(100, 1)
			h.board.left(refs)
			b.StopTimer()
			for range refs {
				at++
				x := all[at%n]
				h.board.put(refOf(x), x, 1)
			}
			b.StartTimer()
		}
	})
}
