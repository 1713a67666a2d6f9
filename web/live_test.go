package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"throughline/lineage"
)

// dial watches a page of a server that listens.
func dial(t *testing.T, s *Server, page string) *websocket.Conn {
	t.Helper()
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+s.Addr()+"/live?page="+url.QueryEscape(page), http.Header{"Origin": {"http://" + s.Addr()}})
	if err != nil {
		t.Fatalf("%v: %v", err, res)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func next(t *testing.T, conn *websocket.Conn) answer {
	t.Helper()
	_, body, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return answer{body: string(body)}
}

func start(t *testing.T, f *fake) *Server {
	t.Helper()
	s := newServer(t, f)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAWatchedPageIsPushedAsTheSameComponents(t *testing.T) {
	t.Parallel()
	f := house()
	var invoiced atomic.Bool
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) {
		e := execution()
		if invoiced.Load() {
			e.Stages[1].State = lineage.StateDone
		}
		return lineage.Answer{Executions: []*lineage.Execution{e}}, nil
	}
	s := start(t, f)
	conn := dial(t, s, "/lineage/order/SO-1")
	whole := next(t, conn)
	page := get(s, "/lineage/order/SO-1").body
	for part := range strings.SplitSeq(whole.body, `<div id="`) {
		id, rest, _ := strings.Cut(part, `"`)
		_, rest, _ = strings.Cut(rest, ">")
		if id != "" && !strings.Contains(page, rest) {
			t.Errorf("the part %s is not as it stands in the page", id)
		}
	}
	if strings.Count(whole.body, `hx-swap-oob="morph"`) != 2 {
		t.Errorf("the first update is not of both parts: %s", whole.body)
	}
	invoiced.Store(true)
	f.feed.publish(theRef)
	news := next(t, conn)
	if !strings.Contains(news.texts(t, "stage")[1], "✓ invoice done") || strings.Contains(news.body, `id="traces"`) {
		t.Errorf("the news are %s", news.body)
	}
}

func TestEveryPageOfTheTableCanBeWatched(t *testing.T) {
	t.Parallel()
	s := start(t, house())
	for page, testid := range map[string]string{
		"/": "flow", "/executions?flow=quote-to-cash": "summary", "/quarantine": "quarantined", "/status": "signal", "/incidents?state=firing": "incident", "/incidents/00c0ffee": "incident-page", "/queues": "queue", "/lineage/invoice/INV%2F1?system=erp": "execution",
	} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			if first := next(t, dial(t, s, page)); len(first.texts(t, testid)) == 0 {
				t.Errorf("no %s in %s", testid, first.body)
			}
		})
	}
}

func TestAStopTellsWatchersToComeBack(t *testing.T) {
	t.Parallel()
	s := start(t, house())
	conn := dial(t, s, "/")
	next(t, conn)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, _, err := conn.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != websocket.CloseServiceRestart {
		t.Errorf("the last word is %v", err)
	}
}

func TestAWatcherThatTalksIsCutOff(t *testing.T) {
	t.Parallel()
	s := start(t, house())
	for name, said := range map[string]string{"a word": "hello", "too much": strings.Repeat("x", maxMessage+1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, s, "/")
			next(t, conn)
			if err := conn.WriteMessage(websocket.TextMessage, []byte(said)); err != nil {
				t.Fatal(err)
			}
			for {
				if _, _, err := conn.ReadMessage(); err != nil {
					return
				}
			}
		})
	}
}

func TestABrowserOfAnotherSiteGetsNoSocket(t *testing.T) {
	t.Parallel()
	s := start(t, house())
	for name, header := range map[string]http.Header{
		"another origin":            {"Origin": {"https://evil.example"}},
		"no origin, but a cookie":   {"Cookie": {"theme=dark"}},
		"an origin of another port": {"Origin": {"http://127.0.0.1:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+s.Addr()+"/live?page=/", header)
			if err == nil {
				conn.Close()
				t.Fatal("it was let in")
			}
			if res == nil || res.StatusCode != http.StatusForbidden {
				t.Errorf("%v %v", res, err)
			}
		})
	}
}

func TestTracesOfAWatchedPageAreReadAgainWhenTheyChangeOrAge(t *testing.T) {
	t.Parallel()
	f := house()
	asked := 0
	summaries := f.traceSummaries
	f.traceSummaries = func(ids []lineage.TraceID) ([]lineage.TraceSummary, error) {
		asked++
		return summaries(ids)
	}
	s := newServer(t, f)
	traces := s.newTracesOf(lineage.ObjectQuery{Type: "order", ID: "SO-1"})
	at := func(d time.Duration, e *lineage.Execution) int {
		c := s.clock(time.UTC)
		c.Now = noon.Add(d)
		traces.load(t.Context(), lineage.Answer{Executions: []*lineage.Execution{e}}, c)
		return asked
	}
	other := execution()
	other.Events[1].TraceID = lineage.TraceID{7}
	for _, step := range []struct {
		name  string
		after time.Duration
		e     *lineage.Execution
		want  int
	}{
		{"at first", 0, execution(), 1},
		{"soon after, unchanged", time.Second, execution(), 1},
		{"with another trace", 2 * time.Second, other, 2},
		{"unchanged again", 3 * time.Second, other, 2},
		{"after a while", 7 * time.Second, other, 3},
	} {
		if got := at(step.after, step.e); got != step.want {
			t.Errorf("%s: asked %d times, want %d", step.name, got, step.want)
		}
	}
}
