package queues

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

// shelf is a store that hands each measurement to the test and answers what the
// test says.
type shelf struct {
	saved   chan []lineage.Queue
	answers chan error
}

func newShelf() *shelf {
	return &shelf{saved: make(chan []lineage.Queue), answers: make(chan error)}
}

func (s *shelf) SaveQueues(ctx context.Context, queues []lineage.Queue) error {
	select {
	case s.saved <- queues:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-s.answers:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// save receives a measurement and answers.
func (s *shelf) save(t *testing.T, answer error) []lineage.Queue {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	select {
	case queues := <-s.saved:
		s.answers <- answer
		return queues
	case <-ctx.Done():
		t.Fatal("nothing was saved within 30 s")
		return nil
	}
}

// twoQueues is a running watcher of two queues that keeps them every 10 s.
func twoQueues(t *testing.T) (*watch, *shelf) {
	t.Helper()
	b, s := &script{}, newShelf()
	b.set(measurement{queues: []lineage.Queue{queue("A"), queue("B")}}, nil)
	return begin(t, Config{Every: time.Microsecond, Keep: 10 * time.Second}, s, b), s
}

// again waits until it was measured with the clock as it is.
func (r *watch) again(t *testing.T) {
	t.Helper()
	n := r.measured("ok")
	until(t, "it is measured again", func() bool { return r.measured("ok") > n+1 })
}

func (r *watch) dropped(t *testing.T) float64 {
	t.Helper()
	return r.gauge(t, "throughline_queue_rows_dropped_total")[""]
}

func TestMeasurementIsKeptNowAndThen(t *testing.T) {
	t.Parallel()
	r, s := twoQueues(t)
	var kept []time.Time
	for range 3 {
		queues := s.save(t, nil)
		kept = append(kept, queues[0].At)
		if len(queues) != 2 {
			t.Errorf("%d rows are kept, want 2", len(queues))
		}
		r.clock.pass(9 * time.Second)
		r.again(t)
		r.clock.pass(time.Second)
	}
	want := []time.Time{noon, noon.Add(10 * time.Second), noon.Add(20 * time.Second)}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatTheStoreRefusesIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	r, s := twoQueues(t)
	for range 3 {
		s.save(t, errors.New("no room"))
		r.clock.pass(10 * time.Second)
	}
	until(t, "six rows are dropped", func() bool { return r.dropped(t) == 6 })
	if n := strings.Count(r.log.String(), "no room"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	if queues := s.save(t, nil); !queues[0].At.Equal(noon.Add(30 * time.Second)) {
		t.Errorf("what is kept is of %s", queues[0].At)
	}
}

func TestStoreThatHangsDoesNotHoldUpMeasuring(t *testing.T) {
	t.Parallel()
	r, _ := twoQueues(t) // nobody takes what is saved
	for range 5 {
		r.again(t)
		r.clock.pass(10 * time.Second)
	}
	r.again(t)
	// One is in the store's hand and one waits; the other four are dropped.
	until(t, "eight rows are dropped", func() bool { return r.dropped(t) == 8 })
	if q, err := r.Queues(t.Context(), "default"); err != nil || !q[0].At.Equal(noon.Add(50*time.Second)) {
		t.Errorf("the latest measurement is %v, %v", q, err)
	}
}
