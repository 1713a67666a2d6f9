package collector

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

func TestANewRequestWaitsForRoomAndAGrowingOneDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100, time.Second)
		first, err := b.enter(t.Context(), 90)
		if err != nil {
			t.Fatal(err)
		}
		if err := first.grow(20); lineage.KindOf(err) != lineage.TooLarge {
			t.Errorf("growing beyond the whole budget: %v", err)
		}
		second := make(chan error, 1)
		go func() {
			held, err := b.enter(context.Background(), 50)
			if err == nil {
				held.release()
			}
			second <- err
		}()
		synctest.Wait()
		first.shrink(45)
		if err := <-second; err != nil {
			t.Errorf("with room again: %v", err)
		}
		other, err := b.enter(t.Context(), 55)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.grow(1); lineage.KindOf(err) != lineage.Exhausted {
			t.Errorf("growing without room: %v", err)
		}
		began := time.Now()
		if _, err := b.enter(t.Context(), 1); lineage.KindOf(err) != lineage.Exhausted || time.Since(began) != time.Second {
			t.Errorf("after %s without room: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.enter(ctx, 1); lineage.KindOf(err) != lineage.Unavailable {
			t.Errorf("for a sender who has gone: %v", err)
		}
		first.release()
		other.release()
		if b.inFlight() != 0 {
			t.Errorf("%d bytes are still held", b.inFlight())
		}
	})
}

func TestABudgetIsNeverExceededAndAlwaysGivenBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := newBudget(1000, 0)
		var held []*reservation
		sum := func() (n int64) {
			for _, r := range held {
				n += r.held
			}
			return n
		}
		t.Repeat(map[string]func(*rapid.T){
			"enter": func(t *rapid.T) {
				if r, err := b.enter(context.Background(), rapid.Int64Range(0, 600).Draw(t, "n")); err == nil {
					held = append(held, r)
				}
			},
			"grow": func(t *rapid.T) {
				if len(held) > 0 {
					_ = held[rapid.IntRange(0, len(held)-1).Draw(t, "who")].grow(rapid.Int64Range(0, 600).Draw(t, "n"))
				}
			},
			"release": func(t *rapid.T) {
				if len(held) > 0 {
					who := rapid.IntRange(0, len(held)-1).Draw(t, "who")
					held[who].release()
					held = slices.Delete(held, who, who+1)
				}
			},
			"": func(t *rapid.T) {
				if used := b.inFlight(); used != sum() || used > 1000 {
					t.Fatalf("%d bytes are in use, %d are held", used, sum())
				}
			},
		})
	})
}
