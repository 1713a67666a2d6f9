package sweeper

import (
	"context"
	"testing"
	"time"
)

// slowly is a sweeper that saves one clock at a time. It was told of three orders.
func slowly(t *testing.T) *bench {
	x := newBench(t)
	x.end()
	x.atOnce = 1
	x.begin()
	x.worth(0)
	if x.Kept() != x.block {
		t.Fatalf("%d is kept of %d", x.Kept(), x.block)
	}
	x.now = x.now.Add(saveEvery)
	return x
}

// worth tells that the orders are worth something else, which changes no clock.
func (b *bench) worth(amount int64) {
	b.amount = amount
	b.orders(0, 3, b.mark, time.Time{})
	b.through()
}

func TestWhatIsToldWhileMoreIsBeingSavedIsNotKeptWithIt(t *testing.T) {
	t.Parallel()
	x := slowly(t)
	x.worth(1)
	told := x.block
	for i, want := range []uint64{told - 1, told - 1, told} {
		if n := x.Kept(); n != want {
			t.Errorf("after %d commits %d is kept; want %d", i+1, n, want)
		}
		x.worth(int64(2 + i))
	}
	x.finish(context.Background())
	if n := x.Kept(); n != x.block {
		t.Errorf("after a stop %d is kept of %d", n, x.block)
	}
	x.end()
}

func TestWhatWasBeingSavedByOneCatalogueIsNotWhatAnotherHolds(t *testing.T) {
	t.Parallel()
	x := slowly(t)
	x.worth(1)
	more := invoicedWithin(time.Minute)
	more.Name = "more"
	x.cat = catalogue(t, invoicedWithin(time.Minute), more)
	x.Anew(x.cat)
	x.worth(1)
	for range 5 {
		x.sweep(context.Background())
	}
	if x.Holds(x.cat) {
		t.Error("what it was told by the one before is taken for all of it")
	}
	x.now = x.now.Add(saveEvery)
	for range 5 {
		x.sweep(context.Background())
	}
	if !x.Holds(x.cat) || x.Kept() != x.block {
		t.Errorf("once it is saved %d is kept of %d", x.Kept(), x.block)
	}
	x.end()
}

func TestWhatIsNotJudgedIsNotSaved(t *testing.T) {
	t.Parallel()
	x := slowly(t)
	ended, end := context.WithCancel(context.Background())
	end()
	x.amount++
	x.orders(0, 3, x.mark, time.Time{})
	x.Through(x.block)
	x.sweep(ended)
	if len(x.unsaved) != 3 || len(x.dirty) != 3 {
		t.Errorf("%d are unsaved, and %d not judged", len(x.unsaved), len(x.dirty))
	}
	x.end()
}
