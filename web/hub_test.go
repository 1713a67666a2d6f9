package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
)

// stage is a hub with a feed, whose pages are drawn as the number of times that
// the world has changed.
type stage struct {
	*hub
	feed  *feed
	end   context.CancelFunc
	world atomic.Int64
	draws atomic.Int64
	fails atomic.Bool
}

func newStage(t *testing.T, most int) *stage {
	t.Helper()
	m, err := newMetrics(prometheus.NewPedanticRegistry())
	if err != nil {
		t.Fatal(err)
	}
	life, end := context.WithCancel(t.Context())
	s := &stage{feed: newFeed(), end: end}
	s.hub = newHub(life, hubDeps{
		subscribe: s.feed.subscribe, now: time.Now, metrics: m, log: slog.New(slog.DiscardHandler), tenant: "default", most: most,
	})
	return s
}

func (s *stage) draw(context.Context, *page) ([]drawn, error) {
	s.draws.Add(1)
	if s.fails.Load() {
		return nil, errors.New("the state is away")
	}
	return []drawn{{"fixed", []byte("<i>same</i>")}, {"moving", []byte(strconv.FormatInt(s.world.Load(), 10))}}, nil
}

// watch joins the page of the order, or of another key.
func (s *stage) watch(key string) (*client, error) {
	concerned := map[lineage.ExecutionRef]struct{}{theRef: {}}
	open := func() (*page, error) {
		return &page{refresh: time.Hour, concerns: func(c changed) bool { return c.all || meet(concerned, c.refs) }}, nil
	}
	return s.join(key, open, s.draw)
}

func (s *stage) change() {
	s.world.Add(1)
	s.feed.publish(theRef)
}

func TestHub(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(*testing.T, *stage){
		"the first change after a quiet time is pushed at once, the next ones four times a second": func(t *testing.T, s *stage) {
			c, _ := s.watch("a")
			<-time.After(time.Second)
			drain(c)
			start := time.Now()
			s.change()
			<-c.queue
			if waited := time.Since(start); waited != 0 {
				t.Errorf("the first change waited %v", waited)
			}
			for start := time.Now(); time.Since(start) < 2*time.Second; <-time.After(10 * time.Millisecond) {
				s.change()
			}
			if n := drain(c); n < 7 || n > 8 {
				t.Errorf("%d updates in 2 s of steady change, want 8", n)
			}
		},
		"a change of something else draws nothing": func(t *testing.T, s *stage) {
			s.watch("a") //nolint:errcheck // it has room
			<-time.After(time.Second)
			before := s.draws.Load()
			s.feed.publish(lineage.ExecutionRef{Flow: "other"})
			<-time.After(time.Second)
			if s.draws.Load() != before {
				t.Error("the page was drawn")
			}
		},
		"those who watch the same page share its drawing, and each gets the whole when it comes": func(t *testing.T, s *stage) {
			var clients []*client
			for range 50 {
				c, _ := s.watch("a")
				clients = append(clients, c)
			}
			<-time.After(time.Second)
			if n := s.draws.Load(); n > 2 {
				t.Errorf("the page was drawn %d times for 50", n)
			}
			for i, c := range clients {
				if u := <-c.queue; u.size != len("<i>same</i>0") {
					t.Errorf("client %d got %d bytes first", i, u.size)
				}
			}
			s.change()
			<-time.After(time.Second)
			for i, c := range clients {
				if u := <-c.queue; u.size != len("1") {
					t.Errorf("client %d got %d bytes of what has changed", i, u.size)
				}
			}
		},
		"a client that does not read is cut off, and the others go on": func(t *testing.T, s *stage) {
			slow, _ := s.watch("a")
			quick, _ := s.watch("a")
			<-time.After(time.Second)
			got := drain(quick)
			for range 20 {
				s.change()
				<-time.After(time.Second)
				got += drain(quick)
			}
			select {
			case <-slow.cut:
			default:
				t.Error("the slow one is not cut off")
			}
			if got != 21 {
				t.Errorf("the quick one got %d updates, want 21", got)
			}
			if n := testutil.ToFloat64(s.metrics.cut.WithLabelValues("slow")); n != 1 {
				t.Errorf("%v are counted as slow", n)
			}
		},
		"a room ends with its last client": func(t *testing.T, s *stage) {
			a, _ := s.watch("a")
			b, _ := s.watch("b")
			s.leave(a)
			s.leave(a)
			s.leave(b)
			synctest.Wait()
			if len(s.rooms) != 0 || s.count() != 0 || testutil.ToFloat64(s.metrics.rooms) != 0 || testutil.ToFloat64(s.metrics.live) != 0 {
				t.Errorf("%d rooms and %d clients are left", len(s.rooms), s.count())
			}
		},
		"a subscription that was cut off is taken up again and every page is drawn anew": func(t *testing.T, s *stage) {
			c, _ := s.watch("a")
			<-time.After(time.Second)
			drain(c)
			s.world.Add(1) // and nobody says so
			s.feed.cutAll()
			<-time.After(time.Second)
			if drain(c) != 1 {
				t.Error("the page was not pushed")
			}
			s.change()
			<-time.After(time.Second)
			if drain(c) != 1 {
				t.Error("changes are not heard any more")
			}
		},
		"a page that cannot be drawn just now is kept and drawn later": func(t *testing.T, s *stage) {
			c, _ := s.watch("a")
			<-time.After(time.Second)
			drain(c)
			s.fails.Store(true)
			s.change()
			<-time.After(time.Second)
			s.fails.Store(false)
			s.change()
			<-time.After(time.Second)
			if n := drain(c); n != 1 {
				t.Errorf("%d updates", n)
			}
		},
		"more clients than it takes are turned away": func(t *testing.T, s *stage) {
			for i := range 100 {
				if _, err := s.watch(fmt.Sprint(i)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.watch("one more"); lineage.KindOf(err) != lineage.Exhausted {
				t.Errorf("the error is %v", err)
			}
		},
		"a hub that has ended takes nobody in": func(t *testing.T, s *stage) {
			s.end()
			if _, err := s.watch("a"); lineage.KindOf(err) != lineage.Unavailable {
				t.Errorf("the error is %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, 100)
				play(t, s)
				s.end()
				synctest.Wait() // every goroutine of the hub has ended, or this test cannot end
			})
		})
	}
}

// drain takes what is queued for a client.
func drain(c *client) (n int) {
	for {
		select {
		case <-c.queue:
			n++
		default:
			return n
		}
	}
}

// Subscribe, publish and close, all at once: for the race detector.
func TestHubUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := newStage(t, 1000)
	var everybody sync.WaitGroup
	for worker := range 8 {
		everybody.Go(func() {
			for i := range 60 {
				c, err := s.watch(strconv.Itoa((worker + i) % 5))
				if err != nil {
					return // the hub has ended
				}
				s.change()
				if i%3 == 0 {
					<-c.queue
				}
				if i%7 == 0 {
					s.feed.cutAll()
				}
				s.leave(c)
			}
		})
	}
	everybody.Go(func() {
		for s.draws.Load() < 20 {
			s.change()
		}
	})
	everybody.Wait()
	late, err := s.watch("late")
	if err != nil {
		t.Fatal(err)
	}
	everybody.Go(func() { s.leave(late) })
	s.end()
	everybody.Wait()
	if err := s.wait(t.Context()); err != nil {
		t.Error(err)
	}
	if s.count() != 0 {
		t.Errorf("%d clients are left", s.count())
	}
}
