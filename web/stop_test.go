package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"throughline/lineage"
)

// pipes is a listener whose connections hold nothing: a write waits until the
// other side reads.
type pipes struct {
	calls chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.calls <- there
	return here, nil
}

// stopTakes stops a server that has a second for it, and tells how long it took.
func stopTakes(t *testing.T, s *Server) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	began := time.Now()
	if err := s.Stop(ctx); lineage.KindOf(err) != lineage.Unavailable {
		t.Errorf("the stop says %v", err)
	}
	return time.Since(began)
}

func TestAStopDoesNotWaitForAWatcherWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newServer(t, house()), newPipes()
		s.listener, s.done = p, make(chan struct{})
		go s.serve(p, s.done)
		d := websocket.Dialer{NetDialContext: p.dial}
		conn, res, err := d.DialContext(t.Context(), "ws://127.0.0.1:8080/live?page=/", http.Header{"Origin": {"http://127.0.0.1:8080"}})
		if err != nil {
			t.Fatal(err, res)
		}
		defer conn.Close()
		synctest.Wait() // the first update is being written
		if took := stopTakes(t, s); took != time.Second {
			t.Errorf("it took %v", took)
		}
		synctest.Wait()
		if n := s.hub.count(); n != 0 {
			t.Errorf("%d watchers are still written to", n)
		}
	})
}

func TestAStopDoesNotWaitForAPageThatIsBeingLoaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := house()
		loaded := make(chan struct{})
		f.status = func() (Status, error) { <-loaded; return Status{}, nil }
		s := newServer(t, f)
		load := func(ctx context.Context, _ *page) ([]drawn, error) {
			_, err := s.deps.Status.Status(ctx)
			return nil, err
		}
		open := func() (*page, error) {
			return &page{refresh: time.Hour, concerns: func(changed) bool { return true }}, nil
		}
		c, err := s.hub.join("status", open, load)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.hub.leave(c)
		if took := stopTakes(t, s); took != time.Second {
			t.Errorf("it took %v", took)
		}
		close(loaded) // and the second stop, at the end of the test, finds nothing running
	})
}

func TestAStopSaysWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, 1)
		c, err := s.watch("a")
		if err != nil {
			t.Fatal(err)
		}
		s.end()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.wait(ctx); err == nil || !strings.Contains(err.Error(), "live pages have not ended") {
			t.Errorf("it says %v", err)
		}
		s.leave(c)
		if err := s.wait(t.Context()); err != nil {
			t.Errorf("afterwards it says %v", err)
		}
	})
}
