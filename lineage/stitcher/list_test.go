package stitcher

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

// twoFlows is a catalogue of orders and returns.
func twoFlows(t testing.TB) *lineage.Catalogue {
	t.Helper()
	flow := func(name, anchor string) lineage.Flow {
		return lineage.Flow{Name: name, Anchor: anchor, Ranks: map[string]int{anchor: 0}, Stages: []lineage.StageRule{{Name: "begun", Type: anchor}, {Name: "done", Type: anchor}}}
	}
	cat, err := lineage.NewCatalogue(lineage.Definition{Flows: []lineage.Flow{flow("orders", "order"), flow("returns", "return")}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// hall is a stitcher whose board is told what happens, a store, and a model that keeps
// everything.
type hall struct {
	*Stitcher
	shelf   *shelf
	all     map[lineage.ExecutionRef]*lineage.Execution
	writing unsaved // on its way to the store
	turn    uint64
	upTo    uint64 // the turn that is on its way
	stored  uint64
}

func newHall(t testing.TB, cat *lineage.Catalogue, store Store, kept int) *hall {
	s, err := New(Config{Dir: t.TempDir(), Writer: "w"}, Deps{Catalogue: cat, Store: store, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	s.board.now, s.board.kept = s.deps.Now, kept
	close(s.loaded)
	return &hall{Stitcher: s, all: make(map[lineage.ExecutionRef]*lineage.Execution)}
}

// tell shows an execution, after what was dropped of it is back.
func (h *hall) tell(t *rapid.T, ref lineage.ExecutionRef, x *lineage.Execution) {
	back, err := h.shelf.Summaries(context.Background(), "default", h.board.dropped([]lineage.ExecutionRef{ref}))
	if err != nil {
		t.Fatal(err)
	}
	h.board.back(back)
	h.turn++
	h.board.put(ref, x, h.turn)
	h.unsaved.show(ref, x)
	if h.all[ref] = x; x == nil {
		delete(h.all, ref)
	}
}

// take begins to write what is unsaved, and land ends it.
func (h *hall) take() {
	if h.writing == nil {
		h.writing, h.Stitcher.unsaved, h.upTo = h.unsaved, make(unsaved), h.turn
	}
}

func (h *hall) land(t *rapid.T) {
	if h.writing == nil {
		return
	}
	h.version++
	var live []*lineage.Execution
	var gone []lineage.ExecutionRef
	for ref, v := range h.writing {
		if v.x != nil {
			live = append(live, v.x)
		} else {
			gone = append(gone, ref)
		}
	}
	if err := h.shelf.SaveExecutions(context.Background(), "default", h.version, live, gone); err != nil {
		t.Fatal(err)
	}
	h.writing, h.stored = nil, h.upTo
}

// letQuietGo has some of the quiet executions leave the graph.
func (h *hall) letQuietGo(t *rapid.T) {
	for _, ref := range h.board.quiet(rapid.IntRange(0, 10).Draw(t, "quiet"), h.stored) {
		if x := h.all[ref]; x == nil || x.State == lineage.StateOpen || x.State == lineage.StateRetrying || x.Unanchored {
			t.Fatalf("%v is let go of: %+v", ref, x)
		}
		if rapid.IntRange(0, 3).Draw(t, "stays") == 0 {
			h.board.touch(ref)
		} else {
			h.board.left([]lineage.ExecutionRef{ref})
		}
	}
}

// anything draws an execution, or nil.
func anything(t *rapid.T, ref lineage.ExecutionRef) *lineage.Execution {
	if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
		return nil
	}
	x := &lineage.Execution{
		Flow: ref.Flow, Anchor: ref.Anchor, StartedAt: noon.Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, "started")) * 7 * time.Minute),
		State:      rapid.SampledFrom([]lineage.State{lineage.StateCompleted, lineage.StateCompleted, lineage.StateFailed, lineage.StateOpen, lineage.StateRetrying}).Draw(t, "state"),
		Stage:      rapid.SampledFrom([]string{"", "begun", "done"}).Draw(t, "stage"),
		Unanchored: rapid.IntRange(0, 9).Draw(t, "loose") == 0,
		Members:    make([]lineage.Member, rapid.IntRange(0, 3).Draw(t, "members")),
	}
	if x.State == lineage.StateCompleted {
		x.EndedAt = x.StartedAt.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "took")) * time.Second)
	}
	x.LastAt = x.EndedAt
	return x
}

func (h *hall) pages(t *rapid.T, q lineage.ListQuery, between func()) []lineage.Summary {
	rows := make([]lineage.Summary, 0)
	for {
		page, err := h.List(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Executions) > q.Limit || page.Next != "" && len(page.Executions) < q.Limit {
			t.Fatalf("a page of %d with more to come (%q); want %d", len(page.Executions), page.Next, q.Limit)
		}
		rows = append(rows, page.Executions...)
		if q.Cursor = page.Next; q.Cursor == "" {
			return rows
		}
		between()
	}
}

func (h *hall) expected(q lineage.ListQuery) []lineage.Summary {
	rows := make([]lineage.Summary, 0)
	for _, x := range h.all {
		if s := x.Summarise(); (q.Flow == "" && s.Flow != lineage.TransactionFlow || q.Flow == s.Flow) && (q.State == "" || q.State == s.State) && (q.Stage == "" || q.Stage == s.Stage) {
			rows = append(rows, s)
		}
	}
	slices.SortFunc(rows, func(a, b lineage.Summary) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
	})
	return rows
}

func TestAListIsThatOfABoardThatKeepsEverything(t *testing.T) {
	t.Parallel()
	cat := twoFlows(t)
	rapid.Check(t, func(rt *rapid.T) {
		store := newShelf()
		h := newHall(t, cat, store, rapid.IntRange(0, 6).Draw(rt, "kept"))
		h.shelf = store
		move := func() {
			switch rapid.IntRange(0, 4).Draw(rt, "move") {
			case 0, 1:
				h.letQuietGo(rt)
			case 2:
				h.take()
			case 3:
				h.land(rt)
			}
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			if rapid.IntRange(0, 2).Draw(rt, "step") == 0 {
				move()
				continue
			}
			flow := rapid.SampledFrom([]string{"orders", "orders", "returns", lineage.TransactionFlow}).Draw(rt, "flow")
			ref := lineage.ExecutionRef{Flow: flow, Anchor: lineage.Object{
				Type: "order", System: rapid.SampledFrom([]string{"", "erp"}).Draw(rt, "system"), ID: fmt.Sprint(rapid.IntRange(1, 12).Draw(rt, "id")),
			}}
			h.tell(rt, ref, anything(rt, ref))
		}
		for range 3 {
			q := lineage.ListQuery{
				Tenant: "default", Flow: rapid.SampledFrom([]string{"", "orders", "returns", lineage.TransactionFlow}).Draw(rt, "of"),
				State: rapid.SampledFrom([]lineage.State{"", "", lineage.StateCompleted, lineage.StateOpen}).Draw(rt, "in"),
				Stage: rapid.SampledFrom([]string{"", "", "done"}).Draw(rt, "at"), Limit: rapid.IntRange(1, 8).Draw(rt, "limit"),
			}
			if diff := gocmp.Diff(h.expected(q), h.pages(rt, q, move)); diff != "" {
				rt.Fatalf("%+v: %s", q, diff)
			}
		}
		h.overviewIsRight(rt, cat)
	})
}

// overviewIsRight compares with a board that has room for everything.
func (h *hall) overviewIsRight(t *rapid.T, cat *lineage.Catalogue) {
	whole := newBoard(cat)
	whole.now = h.deps.Now
	for _, ref := range slices.SortedFunc(maps.Keys(h.all), func(a, b lineage.ExecutionRef) int {
		return cmp.Or(cmp.Compare(a.Flow, b.Flow), a.Anchor.Compare(b.Anchor))
	}) {
		whole.put(ref, h.all[ref], 1)
	}
	flows, err := h.Overview(context.Background(), "default")
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range flows {
		want := whole.flows[got.Flow].overview(noon)
		got.Latest, want.Latest = nil, nil // those that have left may be missing from a board as small as this
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

// meantime is a store with which something else happens while it is asked.
type meantime struct {
	*shelf
	happens func()
}

func (m *meantime) Executions(ctx context.Context, q lineage.ListQuery) (lineage.Page, error) {
	page, err := m.shelf.Executions(ctx, q)
	m.happens()
	return page, err
}

func TestWhatIsStoredAndDroppedWhileTheStoreIsAskedIsListed(t *testing.T) {
	t.Parallel()
	cat := twoFlows(t)
	rapid.Check(t, func(rt *rapid.T) {
		store := &meantime{newShelf(), func() {}}
		h := newHall(t, cat, store, 0)
		h.shelf = store.shelf
		for i := range 6 {
			ref := lineage.ExecutionRef{Flow: "orders", Anchor: lineage.Object{Type: "order", ID: fmt.Sprint(i)}}
			h.tell(rt, ref, standing(ref, lineage.StateCompleted, i))
			if i == 2 { // the others are stored once the store is asked
				h.take()
				h.land(rt)
			}
		}
		h.board.left(h.board.quiet(1, h.stored))
		once := true
		store.happens = func() {
			if once {
				once = false
				h.mu.Lock()
				h.take()
				h.land(rt)
				h.board.left(h.board.quiet(9, h.stored))
				h.mu.Unlock()
			}
		}
		q := lineage.ListQuery{Tenant: "default", Limit: rapid.IntRange(1, 7).Draw(rt, "limit")}
		if diff := gocmp.Diff(h.expected(q), h.pages(rt, q, func() {})); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestAListThatNeedsTheStoreSaysSo(t *testing.T) {
	t.Parallel()
	store := newShelf()
	h := newHall(t, catalogue(t), store, 4)
	h.board = full(t, 4, 10)
	h.board.left(h.board.quiet(10, 1))
	store.setAway(true)
	page, err := h.List(t.Context(), lineage.ListQuery{Tenant: "default", Limit: 3})
	if err != nil || len(page.Executions) != 3 {
		t.Fatalf("the first page does not need the store: %v, %v", page, err)
	}
	_, err = h.List(t.Context(), lineage.ListQuery{Tenant: "default", Limit: 3, Cursor: page.Next})
	if lineage.KindOf(err) != lineage.Unavailable {
		t.Errorf("the next one does: %v", err)
	}
}
