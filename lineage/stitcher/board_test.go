package stitcher

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"throughline/lineage"
)

// noon is when these tests happen.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func orderRef(id string) lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: "quote-to-cash", Anchor: lineage.Object{Type: "order", ID: id}}
}

// standing is an execution that started so many minutes before noon.
func standing(ref lineage.ExecutionRef, state lineage.State, ago int) *lineage.Execution {
	return &lineage.Execution{Flow: ref.Flow, Anchor: ref.Anchor, State: state, Stage: "ordered", StartedAt: noon.Add(-time.Duration(ago) * time.Minute)}
}

// full is a board of completed orders that are named by how long before noon they started.
func full(t *testing.T, kept, orders int) *board {
	t.Helper()
	b := newBoard(catalogue(t))
	b.kept, b.now = kept, func() time.Time { return noon }
	for i := range orders {
		ref := orderRef(fmt.Sprint(i))
		x := standing(ref, lineage.StateCompleted, i)
		x.EndedAt = noon
		b.put(ref, x, 1)
	}
	return b
}

func named(refs []lineage.ExecutionRef) (ids []string) {
	for _, ref := range refs {
		ids = append(ids, ref.Anchor.ID)
	}
	return ids
}

func shown(b *board) (ids []string) {
	for r := range b.flows["quote-to-cash"].rows.from(spot{}) {
		ids = append(ids, r.id)
	}
	return ids
}

func TestTheQuietestAreTheLongestUntouchedOfTheClosedOnes(t *testing.T) {
	t.Parallel()
	b := full(t, 10, 5)
	b.put(orderRef("1"), standing(orderRef("1"), lineage.StateOpen, 1), 2)
	b.put(orderRef("3"), standing(orderRef("3"), lineage.StateFailed, 3), 3)
	loose := standing(orderRef("loose"), lineage.StateObserved, 3)
	loose.Unanchored = true
	b.put(orderRef("loose"), loose, 1)
	b.put(orderRef("again"), standing(orderRef("again"), lineage.StateRetrying, 3), 1)
	b.touch(orderRef("0"))
	for want, stored := range map[string]uint64{"[2 4 0]": 2, "[2 4 3 0]": 3, "[]": 0} {
		if got := fmt.Sprint(named(b.quiet(10, stored))); got != want {
			t.Errorf("with turn %d in the store: %s; want %s", stored, got, want)
		}
	}
	if got := named(b.quiet(2, 9)); !slices.Equal(got, []string{"2", "4"}) {
		t.Errorf("two of them: %v", got)
	}
	b.left([]lineage.ExecutionRef{orderRef("2"), orderRef("nobody")})
	if got := named(b.quiet(2, 9)); !slices.Equal(got, []string{"4", "3"}) {
		t.Errorf("once one has left: %v", got)
	}
	if b.touch(orderRef("2")); !slices.Equal(named(b.quiet(9, 9)), []string{"4", "3", "0", "2"}) || b.resident() != 7 {
		t.Errorf("once it is back: %v, %d in the graph", named(b.quiet(9, 9)), b.resident())
	}
}

func TestThoseThatStartedFirstAreDroppedFirst(t *testing.T) {
	t.Parallel()
	b := full(t, 3, 8)
	fb := b.flows["quote-to-cash"]
	b.left(b.quiet(3, 1))
	if len(shown(b)) != 8 || b.dropped(b.refs()) != nil {
		t.Fatal("there was room for three")
	}
	b.left(b.quiet(3, 1))
	if got := shown(b); !slices.Equal(got, []string{"0", "1", "2", "6", "7"}) {
		t.Fatalf("left are %v", got)
	}
	if want := nanos(noon.Add(-3 * time.Minute)); -fb.horizon != want {
		t.Errorf("the board is whole after %v; want %v", moment(-fb.horizon), moment(want))
	}
	if all, _ := fb.total(); all != 8 || fb.overview(noon).Latency.Samples != 8 {
		t.Errorf("%d are counted, and how long %d took", all, fb.overview(noon).Latency.Samples)
	}
	asked := []lineage.ExecutionRef{orderRef("3"), orderRef("7"), orderRef("nobody"), orderRef("5")}
	if got := named(b.dropped(asked)); !slices.Equal(got, []string{"3", "5"}) {
		t.Errorf("dropped are %v", got)
	}
}

func TestWhatIsBackIsNotCountedAgain(t *testing.T) {
	t.Parallel()
	b := full(t, 0, 2)
	fb := b.flows["quote-to-cash"]
	was := standing(orderRef("1"), lineage.StateCompleted, 1)
	was.EndedAt = noon
	b.left(b.quiet(9, 1))
	b.back([]lineage.Summary{was.Summarise()})
	b.put(orderRef("1"), standing(orderRef("1"), lineage.StateOpen, 1), 2)
	o := fb.overview(noon)
	if o.Total != 2 || o.Stages[0] != (lineage.StageCount{Stage: "ordered", Open: 1, Completed: 1}) || o.Latency.Samples != 1 {
		t.Fatalf("a verdict that was taken back: %+v", o)
	}
	b.put(orderRef("1"), nil, 3)
	if got := b.dropped([]lineage.ExecutionRef{orderRef("1"), orderRef("0")}); !slices.Equal(named(got), []string{"0"}) {
		t.Errorf("the store is asked for %v, and does not know yet that 1 is gone", named(got))
	}
	b.back([]lineage.Summary{was.Summarise()})
	if o := fb.overview(noon); o.Total != 1 || len(o.Latest) != 0 {
		t.Errorf("the store brought back what is gone: %+v", o)
	}
	b.quiet(0, 4)
	if got := b.dropped([]lineage.ExecutionRef{orderRef("1")}); len(got) != 1 {
		t.Error("what has gone is remembered longer than the store shows it")
	}
}

func TestAFlowThatHasFewKeepsThem(t *testing.T) {
	t.Parallel()
	b := full(t, 200, 300)
	rare := lineage.ExecutionRef{Flow: lineage.TransactionFlow, Anchor: lineage.Object{Type: lineage.CorrelationType, ID: "c"}}
	b.put(rare, standing(rare, lineage.StateObserved, 1000), 1)
	b.left(b.quiet(400, 1))
	if b.row(rare) == nil || b.away != 200 {
		t.Errorf("%d are kept, among them the only one of its flow: %v", b.away, b.row(rare) != nil)
	}
}

func TestOfAllFlowsWhatStartedFirstIsDroppedFirst(t *testing.T) {
	t.Parallel()
	b := full(t, 3, 3)
	for i, ago := range []int{1, 2, 3} {
		ref := lineage.ExecutionRef{Flow: lineage.TransactionFlow, Anchor: lineage.Object{Type: lineage.CorrelationType, ID: fmt.Sprint(i)}}
		b.put(ref, standing(ref, lineage.StateObserved, ago), 1)
	}
	b.left(b.quiet(9, 1))
	if got := fmt.Sprint(shown(b), b.flows[lineage.TransactionFlow].rows.size); got != "[0 1] 1" {
		t.Errorf("left are %s", got)
	}
}

func TestACompletionThatIsCorrectedCountsAsItIsNow(t *testing.T) {
	t.Parallel()
	b := full(t, 9, 2)
	x := standing(orderRef("1"), lineage.StateCompleted, 1)
	x.EndedAt = noon.Add(9 * time.Second)
	b.put(orderRef("1"), x, 2)
	if l := b.flows["quote-to-cash"].overview(noon).Latency; l.Samples != 2 || l.Max != 69*time.Second {
		t.Errorf("latency %+v", l)
	}
}
